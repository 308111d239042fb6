import FreeIMProtocol

/// A page of moments as the server gives it.
enum MomentsFixture {
    static let feed: JSONValue = [
        "list": [
            [
                "id": 7, "user_id": 2, "nickname": "鲍勃", "text": "山上的茶 🍵 — up early today",
                "images": ["/media/a.jpg", "/media/b.jpg"], "video": "", "visibility": "friends",
                "like_count": 2, "is_liked": true, "likes": ["Carol", "Alice"],
                "comments": [
                    [
                        "id": 1, "user_id": 3, "nickname": "Carol", "text": "where is this?",
                        "time": .int(ScreenFixture.noon + 60_000),
                    ]
                ],
                "comment_count": 1, "time": .int(ScreenFixture.noon),
            ],
            [
                "id": 5, "user_id": 1, "nickname": "Alice", "text": "first!", "images": [],
                "visibility": "public", "like_count": 0, "is_liked": false, "likes": [],
                "comments": [], "comment_count": 0, "time": .int(ScreenFixture.noon - 3_600_000),
            ],
        ],
        "next_cursor": "",
    ]
}
