"""The exercises of each workbook: what is tried, and how wrong answers are recognised; the words are in `content/`."""
