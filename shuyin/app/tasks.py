"""Scheduled work that needs rooms which do not know each other."""

from __future__ import annotations

from shuyin.app.scheme_refresh import refresh
from shuyin.records.jobs import Job

JOBS = (Job("schemes", "40 2 * * 0", refresh, "更新分類法與主題詞：官方檔案與書目實際使用的詞"),)
