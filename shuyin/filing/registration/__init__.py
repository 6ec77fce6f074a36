"""Registration of publishers (帳號註冊, C3): its declaration and what approval does."""
