"""Documents in and out: tables, and later DOCX, PDF and charts."""
