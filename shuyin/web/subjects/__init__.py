"""Pages of headings, classes and 智慧主題分析."""
