"""FastAPI routers, Jinja2 templates and htmx: public pages, filing pages, staff pages."""
