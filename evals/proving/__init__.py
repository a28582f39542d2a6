"""The proof of every snippet, in parts: what is run, in which language, against what, and how it is judged."""
