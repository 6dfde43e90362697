"""The pages of a resident: complete without a script, enhanced with one."""
