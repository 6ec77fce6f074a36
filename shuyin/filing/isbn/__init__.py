"""ISBN and CIP (C4–C8): the application, numbers from the publishers' ranges, the cataloguing desk."""
