"""The system of record: tables, migrations, MARC21 mapping, standard numbers, change log.

Public face: `models` (tables), `book.Book` (what a MARC21 record says, as values), `marc` (MARC21 ⇄ `Book`),
`services` (the only writers of bibliographic rows), `changes` (the change log), `isbn`, `database`.
"""
