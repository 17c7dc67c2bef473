"""The simulated console: one folder for each item of its left menus; urls.py is the whole sitemap."""
