"""Sources and tables. A reader raises `InputError`, naming the file, for one that is absent or not as it should be."""
