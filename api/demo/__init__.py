"""The demo console: a page with a phone, SMS and chat, in demo mode only.

It holds no copy of any behaviour: what is done on the page is signed and posted to the real webhooks over HTTP.
"""
