"""What people write, as pydantic models, and the values that travel between the layers.

The models are the single source of the editor schema, of ``offers explain``, of the documentation and of the
validation.  Reading files, talking to the server and comparing are done elsewhere.
"""
