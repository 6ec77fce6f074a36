"""FastAPI routers, Jinja2 templates and htmx: public pages, filing pages, staff pages.

Public face: `install(app)`, which adds the pages, static files, error pages and middlewares. `app.state` must hold
what `search_api.dependencies` names.
"""
