"""A person's rights: what is held of a NIK, erasing it, and whom a leaked file names."""
