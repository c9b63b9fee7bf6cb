"""The audit: is what should have happened done, and is what is written down so?"""
