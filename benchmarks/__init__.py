"""Speed of a night's stages, beside the least that the same work can cost."""
