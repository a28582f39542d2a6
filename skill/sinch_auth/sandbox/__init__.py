"""A local stand-in for Sinch's authentication: runs any program, unchanged, against test credentials."""
