"""INDI 1.7 on the wire: bytes to messages and back, typed vectors, and the pipe to indiserver.

Everything but ``transport`` is free of input and output: bytes in, values out. Nothing here knows what a dome is.
"""
