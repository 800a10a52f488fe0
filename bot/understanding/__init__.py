"""How a message is understood: the classifier that the pipeline names, and the reading that measures it."""
