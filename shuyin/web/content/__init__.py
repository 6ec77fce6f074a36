"""Pages of contents: news, questions, static pages, forms, links, events, awards; and their editing by staff."""
