"""`python -m bot.door run ...` is `rasa run ...`, ready some seconds sooner."""

# Before Rasa: when it is first imported, skops (which reads the classifier) looks for hundreds of functions in every
# module that is loaded by then, and Rasa loads TensorFlow.
import skops.io  # noqa: F401
from rasa.__main__ import main

if __name__ == "__main__":
    main()
