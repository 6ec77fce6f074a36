"""Settings, composition root, command line (`shuyin`) and scheduler: where the rooms are put together."""
