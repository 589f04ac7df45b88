"""Reading a scan: its pages as pictures, the codes on them, and which pages belong together."""
