"""What an edition publishes, for who computes with it: tables with their meanings, findings as data, all as one file.

Everything here is derived from a published edition, file by file as its manifest names them: what did not pass the gate
is not in a manifest, and so not here.
"""
