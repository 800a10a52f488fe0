"""The doors: Twilio, chat, staff REST, the command line. They translate and decide nothing."""
