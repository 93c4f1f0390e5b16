-- A small Japanese–English chat to look around in. Every login's password is: denwa demo password
--
-- Loading it again changes nothing. A room that already has events is left alone, and if one of the handles belongs to
-- somebody real, nothing is loaded at all.

CREATE TEMPORARY TABLE demo_accounts (handle text, display_name text, password_hash text) ON COMMIT DROP;
CREATE TEMPORARY TABLE demo_rooms (name text, title text) ON COMMIT DROP;
-- Tokyo time; no body means that the author joins.
CREATE TEMPORARY TABLE demo_log (
    ord int GENERATED ALWAYS AS IDENTITY, room text, at timestamp, author text, body text
) ON COMMIT DROP;

-- Argon2id, m=19456, t=2, p=1, each with a salt of its own.
INSERT INTO demo_accounts (handle, display_name, password_hash) VALUES
    ('hanako', '佐藤 花子', '$argon2id$v=19$m=19456,t=2,p=1$aGFuYWtvLWRlbndhLWRlbQ$dJj7ceIeVA2jcQFWrZxW+uN9WmfuNNYAE+qfRyj1Vu8'),
    ('taro', '太郎', '$argon2id$v=19$m=19456,t=2,p=1$dGFyby1kZW53YS1kZW1vLQ$/Jj/MqraBaSOtvZytmatBgb1w69QW87tzgT248kPd4I'),
    ('alice', 'Alice', '$argon2id$v=19$m=19456,t=2,p=1$YWxpY2UtZGVud2EtZGVtbw$cwYhfLL4Jov3U5LIeJWxZNuV9ulxR8RHnhlermdlEFE'),
    ('ken', 'Ken 健', '$argon2id$v=19$m=19456,t=2,p=1$a2VuLWRlbndhLWRlbW8tcw$FH+YwSp5ggGXD2F1ZKpyPSUWfHoBqQE8zJww9PE5hbo'),
    ('yuki', 'ゆき', '$argon2id$v=19$m=19456,t=2,p=1$eXVraS1kZW53YS1kZW1vLQ$+i28PX6CcuBIpsdg1eQhAmidiLzZs7GobaiAHqhpe4A'),
    ('emma', 'Emma', '$argon2id$v=19$m=19456,t=2,p=1$ZW1tYS1kZW53YS1kZW1vLQ$j50DAmqHvtATl52diJ3OmIQwqMMpcwDT3j4DoQ6dm+M');

INSERT INTO demo_rooms (name, title) VALUES
    ('lobby', 'Lobby ロビー'),
    ('ramen', 'ラーメン部 Ramen club'),
    ('swift', 'Swift'),
    ('tokyo-meetup', 'Tokyo meetup 東京オフ会');

INSERT INTO demo_log (room, at, author, body) VALUES
    ('lobby', '2025-03-24 08:58', 'hanako', NULL),
    ('lobby', '2025-03-24 09:01', 'hanako', 'おはようございます！ロビーを作りました。自己紹介でも雑談でも、なんでもどうぞ☕️'),
    ('lobby', '2025-03-24 09:04', 'taro', NULL),
    ('lobby', '2025-03-24 09:05', 'taro', 'おはようございます。一番乗りかと思ったら二番でした'),
    ('lobby', '2025-03-24 09:05', 'hanako', '惜しい！ 笑'),
    ('lobby', '2025-03-24 09:31', 'alice', NULL),
    ('lobby', '2025-03-24 09:32', 'alice', 'Good morning from a very sleepy Kichijoji 🥱'),
    ('lobby', '2025-03-24 09:33', 'taro', 'Good morning! 吉祥寺いいなあ、井の頭公園の桜はもう咲いてますか？'),
    ('lobby', '2025-03-24 09:36', 'alice', 'まだつぼみ！ Maybe another week. The ducks don''t care either way 🦆'),
    ('lobby', '2025-03-24 10:12', 'ken', NULL),
    ('lobby', '2025-03-24 10:13', 'ken', 'Hi all, Ken here. I write backends by day and miso soup reviews by night.'),
    ('lobby', '2025-03-24 10:14', 'hanako', 'Ken さんようこそ！味噌汁レビュー、気になります'),
    ('lobby', '2025-03-24 10:16', 'ken', E'Short version:\n1. しじみ — 10/10\n2. なめこ — 9/10\n3. instant at 2 a.m. — 11/10'),
    ('lobby', '2025-03-24 10:17', 'alice', 'the correct ranking'),
    ('lobby', '2025-03-24 12:40', 'yuki', NULL),
    ('lobby', '2025-03-24 12:41', 'yuki', 'お昼休みにこっそり参加。英語は読むのは大丈夫、書くのは練習中です🙇‍♀️'),
    ('lobby', '2025-03-24 12:44', 'alice', 'ゆきさん、はじめまして！ My Japanese is the same: reading OK, writing 練習中. Let''s fix each other''s mistakes?'),
    ('lobby', '2025-03-24 12:45', 'yuki', 'Yes please!! よろしくお願いします'),
    ('lobby', '2025-03-24 12:51', 'yuki', 'Question: "I''m looking forward to see you" と "to seeing you"、どっちが正しい？'),
    ('lobby', '2025-03-24 12:52', 'alice', '"to seeing you" 👍 The "to" is a preposition here, so it wants a noun.'),
    ('lobby', '2025-03-24 12:53', 'yuki', 'なるほど！ 10年間違えてた…'),
    ('lobby', '2025-03-24 12:54', 'ken', 'I said 「すみません、お水を殺してください」 in a restaurant once. You''re fine.'),
    ('lobby', '2025-03-24 12:55', 'taro', 'お水になにをされたんですか😂'),
    ('lobby', '2025-03-24 19:20', 'emma', NULL),
    ('lobby', '2025-03-24 19:22', 'emma', 'Hello! Just moved to Yokohama from Leeds. Is it always this windy?'),
    ('lobby', '2025-03-24 19:24', 'hanako', 'Emma さん、ようこそ！春一番の季節なので、今だけ…だと思います（たぶん）'),
    ('lobby', '2025-03-24 19:25', 'emma', 'My umbrella lasted eleven minutes. 傘、11分。'),
    ('lobby', '2025-03-24 19:26', 'taro', 'お悔やみ申し上げます☂️'),
    ('lobby', '2025-03-25 08:47', 'hanako', 'おはようございます。今日は花粉がすごいので、みなさんマスクを忘れずに😷'),
    ('lobby', '2025-03-25 08:50', 'ken', 'I have already sneezed 九回. Pollen 1, Ken 0.'),
    ('lobby', '2025-03-25 08:53', 'yuki', '薬局で売っている点鼻薬、よく効きますよ。名前を調べてあとで書きます'),
    ('lobby', '2025-03-25 13:05', 'emma', 'Silly question: which bin does a broken umbrella go in? The sorting chart has 14 categories and a flow diagram'),
    ('lobby', '2025-03-25 13:08', 'hanako', '横浜市なら「小さな金属類」です！布の部分は外さなくて大丈夫。出す日はアプリで見られます'),
    ('lobby', '2025-03-25 13:10', 'emma', 'You are a hero. ありがとうございます！'),
    ('lobby', '2025-03-25 18:30', 'taro', '今日の電車、通信が途切れ途切れだったけど、地下を出たら会話が全部そろって届いてた。ちょっと感動'),
    ('lobby', '2025-03-25 18:32', 'alice', 'That''s the whole idea, isn''t it? Nothing lost between Shibuya and daylight.'),
    ('lobby', '2025-03-26 07:59', 'yuki', 'Good morning! I''m looking forward to seeing you all at the meetup 🌸 （←どう？）'),
    ('lobby', '2025-03-26 08:01', 'alice', 'Perfect. 完璧です💮'),

    ('tokyo-meetup', '2025-03-24 20:00', 'taro', NULL),
    ('tokyo-meetup', '2025-03-24 20:02', 'taro', 'お花見オフ会の相談部屋です。候補日：3/29（土）か 4/5（土）。どちらがいいですか？'),
    ('tokyo-meetup', '2025-03-24 20:10', 'hanako', NULL),
    ('tokyo-meetup', '2025-03-24 20:11', 'hanako', '予報だと満開は 3/30 ごろ。4/5 だと散り始めだけど、花吹雪もきれいですよ'),
    ('tokyo-meetup', '2025-03-24 20:15', 'alice', NULL),
    ('tokyo-meetup', '2025-03-24 20:16', 'alice', 'Either works for me. Slight preference for the 5th, I have visitors on the 29th.'),
    ('tokyo-meetup', '2025-03-24 20:21', 'emma', NULL),
    ('tokyo-meetup', '2025-03-24 20:22', 'emma', 'First hanami ever!! I am free on both and will bring scones whether you like it or not'),
    ('tokyo-meetup', '2025-03-24 20:23', 'taro', 'スコーン大歓迎です'),
    ('tokyo-meetup', '2025-03-24 20:40', 'ken', NULL),
    ('tokyo-meetup', '2025-03-24 20:41', 'ken', '+1 for April 5. What about the place? Ueno is beautiful but last year I shared one square metre with four strangers'),
    ('tokyo-meetup', '2025-03-24 20:44', 'hanako', '上野は本当に混みますね…。代々木公園か小金井公園はどうでしょう？'),
    ('tokyo-meetup', '2025-03-24 20:46', 'alice', 'Koganei! Wide lawns, fewer people, and there''s a steam locomotive 🚂'),
    ('tokyo-meetup', '2025-03-24 20:47', 'ken', 'sold.'),
    ('tokyo-meetup', '2025-03-24 20:55', 'yuki', NULL),
    ('tokyo-meetup', '2025-03-24 20:56', 'yuki', '小金井公園、賛成です！レジャーシート（大）を持っていけます'),
    ('tokyo-meetup', '2025-03-24 21:03', 'taro', E'では決定です🌸\n日時：4/5（土）11:00\n場所：小金井公園、SL 展示場の前\n持ち物：飲み物、自分のコップ、ゴミ袋\n雨のとき：前日の 20:00 にここで連絡します'),
    ('tokyo-meetup', '2025-03-24 21:05', 'emma', 'Saturday 5 April, 11:00, in front of the locomotive, bring a cup and a bin bag. Did I get it right?'),
    ('tokyo-meetup', '2025-03-24 21:06', 'taro', '完璧です👏'),
    ('tokyo-meetup', '2025-04-04 12:15', 'yuki', '明日の降水確率、朝は 20%、午後は 10% です。行けそう！'),
    ('tokyo-meetup', '2025-04-04 20:00', 'taro', 'お約束の 20:00 です。明日は予定どおり開催します！'),
    ('tokyo-meetup', '2025-04-04 20:03', 'ken', 'Woohoo. I made 唐揚げ for approximately thirty people, please be hungry'),
    ('tokyo-meetup', '2025-04-04 20:04', 'hanako', '健さん、私たち6人です'),
    ('tokyo-meetup', '2025-04-04 20:04', 'ken', 'I know what I did.'),
    ('tokyo-meetup', '2025-04-05 10:41', 'yuki', '場所とれました！SL から見て右側、青いシートです。桜の真下🌸🌸🌸'),
    ('tokyo-meetup', '2025-04-05 10:52', 'alice', 'On the bus, 8 minutes away. 今行きます！'),
    ('tokyo-meetup', '2025-04-05 10:53', 'emma', 'I can see the blue sheet. I can also see six other blue sheets'),
    ('tokyo-meetup', '2025-04-05 10:54', 'yuki', '手を振ってます👋👋👋'),
    ('tokyo-meetup', '2025-04-05 10:55', 'emma', 'FOUND YOU'),
    ('tokyo-meetup', '2025-04-05 19:48', 'hanako', '今日はありがとうございました！写真を整理したら送りますね。花吹雪、きれいでしたねえ'),
    ('tokyo-meetup', '2025-04-05 19:55', 'emma', 'Best Saturday in Japan so far. Also: 唐揚げ 28個、完食。'),
    ('tokyo-meetup', '2025-04-05 19:56', 'ken', 'told you 😌'),

    ('swift', '2025-03-25 10:00', 'ken', NULL),
    ('swift', '2025-03-25 10:02', 'ken', 'A room for Swift, mostly on the server. Beginners welcome, so are strong opinions about indentation.'),
    ('swift', '2025-03-25 10:20', 'taro', NULL),
    ('swift', '2025-03-25 10:22', 'taro', 'さっそく質問です。`actor` の中で `await` したあと、状態が変わっていることがあるのはなぜですか？'),
    ('swift', '2025-03-25 10:26', 'ken', 'Reentrancy: while you''re suspended, the actor may run other calls. Check your assumptions again after each await.'),
    ('swift', '2025-03-25 10:28', 'taro', 'つまり「await の前に確認したこと」は、await のあとでは信用できない、と'),
    ('swift', '2025-03-25 10:29', 'ken', 'Exactly. その通り。'),
    ('swift', '2025-03-25 11:05', 'alice', NULL),
    ('swift', '2025-03-25 11:06', 'alice', E'My favourite trick: make the decision a plain struct and test it without any concurrency at all.\n\nstruct Bucket {\n    var tokens: Double\n    mutating func take(at now: Double) -> Bool { … }\n}\n\nNo actor, no sleep, no flaky test.'),
    ('swift', '2025-03-25 11:10', 'taro', '時計も引数で渡すんですね。なるほど、テストが速いわけだ'),
    ('swift', '2025-03-25 14:33', 'hanako', NULL),
    ('swift', '2025-03-25 14:35', 'hanako', 'Linux で静的リンクすると、バイナリひとつをコピーするだけで動くのがうれしいです'),
    ('swift', '2025-03-25 14:38', 'ken', '`swift build -c release --static-swift-stdlib` — and then scp, and then go home early'),
    ('swift', '2025-03-25 14:40', 'hanako', '定時で帰れる言語、Swift'),
    ('swift', '2025-03-26 09:15', 'alice', 'PSA: "日本語".count is 3, "日本語".utf8.count is 9, and "👩‍👩‍👧".count is 1. Decide which one your limit means before you write it down.'),
    ('swift', '2025-03-26 09:18', 'taro', '「1文字」の定義で午前中が終わったことがあります'),
    ('swift', '2025-03-26 09:19', 'ken', 'only one morning? lucky'),

    ('ramen', '2025-03-26 11:40', 'yuki', NULL),
    ('ramen', '2025-03-26 11:41', 'yuki', 'ラーメン部、はじめます🍜 おすすめのお店を教えてください！'),
    ('ramen', '2025-03-26 11:45', 'ken', NULL),
    ('ramen', '2025-03-26 11:46', 'ken', 'Finally a room that matters.'),
    ('ramen', '2025-03-26 11:50', 'hanako', NULL),
    ('ramen', '2025-03-26 11:52', 'hanako', '荻窪の昔ながらの醤油ラーメンが好きです。煮干しの香りで、毎日でも食べられる味'),
    ('ramen', '2025-03-26 12:01', 'ken', 'Agreed on 醤油. But in winter: 味噌, butter, corn, no regrets.'),
    ('ramen', '2025-03-26 12:15', 'emma', NULL),
    ('ramen', '2025-03-26 12:16', 'emma', 'Vegetarian here 🙋‍♀️ is there any hope for me?'),
    ('ramen', '2025-03-26 12:18', 'yuki', 'あります！東京駅の中に、野菜だけの担々麺のお店がありますよ。とてもおいしいです'),
    ('ramen', '2025-03-26 12:19', 'emma', 'you have changed my life and my lunch plans'),
    ('ramen', '2025-03-26 13:24', 'emma', 'Report: 担々麺 12/10. Wore a white shirt. The shirt is no longer white.'),
    ('ramen', '2025-03-26 13:25', 'hanako', 'それも思い出です👕'),
    ('ramen', '2025-03-26 13:30', 'ken', '紙エプロン is not a suggestion, it is armour'),
    ('ramen', '2025-03-27 22:58', 'yuki', '夜の11時に写真を見てはいけない（見てしまった）'),
    ('ramen', '2025-03-27 23:01', 'ken', '替え玉？'),
    ('ramen', '2025-03-27 23:01', 'yuki', '誘惑しないで！！');

-- Somebody real has one of the handles: stay out.
DELETE FROM demo_log WHERE EXISTS (
    SELECT FROM demo_accounts d JOIN accounts a ON a.handle = d.handle WHERE a.password_hash <> d.password_hash);
DELETE FROM demo_accounts WHERE NOT EXISTS (SELECT FROM demo_log);
DELETE FROM demo_rooms WHERE NOT EXISTS (SELECT FROM demo_log);

INSERT INTO accounts (handle, display_name, password_hash, created_at)
SELECT handle, display_name, password_hash, timestamptz '2025-03-24 08:30+09' FROM demo_accounts
ON CONFLICT (handle) DO NOTHING;

INSERT INTO rooms (name, title, created_at)
SELECT name, title, (SELECT min(at) FROM demo_log WHERE room = name) AT TIME ZONE 'Asia/Tokyo' FROM demo_rooms
ON CONFLICT (name) DO NOTHING;

-- Under the rooms' locks, as every writer of the log does it; what has events is left alone.
SELECT id FROM rooms WHERE name IN (SELECT name FROM demo_rooms) ORDER BY id FOR UPDATE;
DELETE FROM demo_log WHERE room IN (SELECT name FROM rooms WHERE head > 0);

INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
SELECT
    r.id, row_number() OVER (PARTITION BY r.id ORDER BY d.ord), CASE WHEN d.body IS NULL THEN 'joined' ELSE 'message' END,
    a.id, CASE WHEN d.body IS NOT NULL THEN 'demo-' || d.ord END, d.body, sha256(convert_to(d.body, 'UTF8')),
    d.at AT TIME ZONE 'Asia/Tokyo'
FROM demo_log d
JOIN rooms r ON r.name = d.room
JOIN accounts a ON a.handle = d.author;

INSERT INTO memberships (room_id, account_id, joined_seq)
SELECT e.room_id, e.author_id, e.seq
FROM events e
JOIN rooms r ON r.id = e.room_id
WHERE e.kind = 'joined' AND r.name IN (SELECT room FROM demo_log);

UPDATE rooms SET head = (SELECT max(seq) FROM events WHERE room_id = rooms.id)
WHERE name IN (SELECT room FROM demo_log);
