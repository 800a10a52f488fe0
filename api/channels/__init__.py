"""One module per way in: SMS, phone, chat. Each checks who calls, translates to `Incoming`, and words the `Reply`.

What the patient meant, who the patient is and what to answer are not decided here.
"""
