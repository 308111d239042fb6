/// Clusters and the columns that they take: `columns:scalars`, the scalars in hexadecimal.
///
/// Made from properties, not from what the code says. Two columns: East Asian width W and F,
/// emoji presentation, an emoji with U+FE0F, a pair of regional indicators. None: general
/// categories Mn, Me and Cf, the vowels and finals of Hangul. A cluster takes what its scalars
/// take, two at most. Python's wcwidth 0.7.0 (Unicode 17) says the same of every entry. Where the
/// two differ nothing stands here: clusters of more than two columns (three letters in one
/// conjunct, several jamo initials), which a cell cannot hold and which count as two here.
enum WidthCorpus {
    struct Entry: CustomStringConvertible {
        let columns: Int
        let cluster: String
        let kind: String

        var description: String {
            let scalars = cluster.unicodeScalars.map { String($0.value, radix: 16) }
            return "\(kind): \(cluster) \(scalars)"
        }
    }

    static let entries: [Entry] = {
        var entries: [Entry] = []
        var kind = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# ") {
                kind = String(line.dropFirst(2))
                continue
            }
            for item in line.split(separator: " ") {
                let parts = item.split(separator: ":")
                let scalars = parts[1].split(separator: "+").compactMap { hexadecimal in
                    UInt32(hexadecimal, radix: 16).flatMap(Unicode.Scalar.init)
                }
                entries.append(
                    Entry(
                        columns: Int(parts[0]) ?? -1,
                        cluster: String(String.UnicodeScalarView(scalars)), kind: kind))
            }
        }
        return entries
    }()

    private static let text = """
        # ASCII: one
        1:41 1:7A 1:5A 1:30 1:39 1:7E 1:21 1:40 1:23 1:24 1:25 1:5E 1:26 1:2A 1:28 1:29 1:5F 1:2B
        1:20
        # letters and signs below U+1100 and the like: one
        1:A4 1:AA 1:A9 1:C8 1:D7 1:FA 1:14D 1:13C 1:150 1:23B 1:1F9 1:23E 1:391 1:39F 1:39E 1:3C0
        1:3B9 1:3C2 1:41E 1:41C 1:43D 1:54F 1:553 1:554 1:5DF 1:5DC 1:5E4 1:62B 1:62E 1:639 1:926
        1:91D 1:934 1:E01 1:E2B 1:E05 1:10DA 1:10D2 1:10E3 1:1EC7 1:1E07 1:1ED2 1:2C11 1:2C1E
        1:2C26
        # a letter with combining marks (Mn): one
        1:61+331 1:61+336+332 1:61+349+338+311+32E+30C 1:65+304 1:65+311+33F
        1:65+31B+321+337+326+335 1:69+340 1:69+331+349 1:69+32C+344+34A+334+34A 1:6F+31D
        1:6F+32B+303 1:6F+323+34D+314+329+345 1:75+349 1:75+348+30D 1:75+31B+349+322+324+30F
        1:78+308 1:78+33D+33D 1:78+30B+32C+308+334+313
        # ideographs: two
        2:5093 2:739E 2:84AC 2:8325 2:5D38 2:53A8 2:9B70 2:9CA9 2:53C0 2:7E5B 2:990E 2:785C 2:9482
        2:71B8 2:8EB1 2:6C33 2:529C 2:75A3 2:4EED 2:57DA 2:5BD6 2:9AC5 2:928D 2:5204 2:6743 2:8237
        2:7353 2:9C23 2:6FB6 2:61FE 2:4A12 2:355B 2:3EDF 2:3E0A 2:3F86 2:22369 2:260B6 2:26072
        2:275DD 2:28523 2:F900 2:FA10 2:2F800 2:3007
        # kana, bopomofo: two
        2:3072 2:3093 2:308D 2:3088 2:304E 2:3090 2:3081 2:3063 2:30D8 2:30F2 2:30BF 2:30C7 2:30C2
        2:30E3 2:30E7 2:30CC 2:3105 2:311F 2:312A
        # half-width kana: one
        1:FF85 1:FF72 1:FF89 1:FF98 1:FF96
        # full-width forms: two
        2:FF01 2:FF0A 2:FF13 2:FF1C 2:FF25 2:FF2E 2:FF37 2:FF40 2:FF49 2:FF52 2:FF5B
        # CJK punctuation: two
        2:3001 2:3002 2:300C 2:300D 2:3010 2:3000 2:FF0C 2:FF01 2:FF1F 2:FFE5
        # Hangul syllables: two
        2:D475 2:B487 2:AFD8 2:D48B 2:D426 2:C146 2:C9D7 2:C296 2:D779 2:C290 2:D2F7 2:BDD9 2:CB54
        2:AD6B 2:D1B8
        # conjoining jamo: two
        2:1100 2:1112+1161 2:1112+1161+11AB 2:1100+1173+11AF 2:1109+1165
        # kana with a voicing mark: two
        2:304B+3099 2:306F+309A 2:30AB+3099
        # emoji presentation: two
        2:1F44B 2:1F600 2:1F408 2:1F30D 2:1F680 2:1F389 2:1F525 2:231A 2:23F0 2:2705 2:274C 2:2753
        2:2795 2:2B50 2:1F201 2:1F6D2 2:1F976 2:1F984 2:1FA90 2:1FAE0 2:1F3FD 2:1F004 2:1F0CF
        2:2648 2:2615 2:26A1 2:26D4
        # text presentation: one
        1:2764 1:2600 1:2601 1:2602 1:260E 1:2702 1:2708 1:2709 1:270F 1:2714 1:2716 1:263A 1:2639
        1:26A0 1:2699 1:2665 1:2660 1:2B06 1:2194 1:21A9 1:25B6 1:25C0 1:A9 1:AE 1:2122
        # with U+FE0F: two
        2:2764+FE0F 2:2600+FE0F 2:2601+FE0F 2:2602+FE0F 2:260E+FE0F 2:2702+FE0F 2:2708+FE0F
        2:2709+FE0F 2:270F+FE0F 2:2714+FE0F 2:2716+FE0F 2:263A+FE0F 2:2639+FE0F 2:26A0+FE0F
        2:2699+FE0F 2:2665+FE0F 2:2660+FE0F 2:2B06+FE0F 2:2194+FE0F 2:21A9+FE0F 2:25B6+FE0F
        2:25C0+FE0F 2:A9+FE0F 2:AE+FE0F 2:2122+FE0F
        # with U+FE0E: as without
        1:2764+FE0E 1:2600+FE0E 1:263A+FE0E 2:231A+FE0E 2:2B50+FE0E 2:1F44B+FE0E
        # keycaps: two
        2:30+FE0F+20E3 2:31+FE0F+20E3 2:32+FE0F+20E3 2:33+FE0F+20E3 2:34+FE0F+20E3 2:35+FE0F+20E3
        2:36+FE0F+20E3 2:37+FE0F+20E3 2:38+FE0F+20E3 2:39+FE0F+20E3 2:23+FE0F+20E3 2:2A+FE0F+20E3
        # skin tones: two
        2:1F44B+1F3FB 2:1F44B+1F3FD 2:1F44B+1F3FF 2:1F44D+1F3FB 2:1F44D+1F3FD 2:1F44D+1F3FF
        2:1F64F+1F3FB 2:1F64F+1F3FD 2:1F64F+1F3FF 2:1F4AA+1F3FB 2:1F4AA+1F3FD 2:1F4AA+1F3FF
        2:1F91D+1F3FB 2:1F91D+1F3FD 2:1F91D+1F3FF 2:1F9D1+1F3FB 2:1F9D1+1F3FD 2:1F9D1+1F3FF
        # joined by U+200D: two
        2:1F468+200D+1F469+200D+1F467 2:1F468+200D+1F469+200D+1F467+200D+1F466 2:1F469+200D+1F4BB
        2:1F469+1F3FD+200D+1F4BB 2:1F9D1+1F3FF+200D+1F680 2:1F469+200D+2764+FE0F+200D+1F468
        2:1F469+1F3FD+200D+2764+FE0F+200D+1F48B+200D+1F468+1F3FF 2:1F3F3+FE0F+200D+1F308
        2:1F3F4+200D+2620+FE0F 2:1F43B+200D+2744+FE0F 2:2764+FE0F+200D+1F525
        2:1F9D4+200D+2642+FE0F 2:1F926+1F3FC+200D+2640+FE0F 2:1F62E+200D+1F4A8
        2:1F441+FE0F+200D+1F5E8+FE0F 2:1F9D1+200D+1F91D+200D+1F9D1 2:1F415+200D+1F9BA
        2:1F408+200D+2B1B 2:1F468+200D+1F9BD 2:1F642+200D+2194+FE0F
        # flags: two
        2:1F1E9+1F1EA 2:1F1E8+1F1F3 2:1F1FA+1F1F8 2:1F1EF+1F1F5 2:1F1F0+1F1F7 2:1F1EB+1F1F7
        2:1F1EC+1F1E7 2:1F1E7+1F1F7 2:1F1EE+1F1F3 2:1F1FA+1F1F3 2:1F1EA+1F1FA 2:1F1E8+1F1ED
        2:1F1F9+1F1FC 2:1F1ED+1F1F0 2:1F1E6+1F1F6
        # a regional indicator alone: two
        2:1F1E6 2:1F1E9 2:1F1FF
        # flags by tags: two
        2:1F3F4+E0067+E0062+E0065+E006E+E0067+E007F 2:1F3F4+E0067+E0062+E0073+E0063+E0074+E007F
        2:1F3F4+E0067+E0062+E0077+E006C+E0073+E007F
        # ideographs with variation selectors: two
        2:3007+FE00 2:845B+E0100 2:8FBB+E0101 2:FF0C+FE00 2:3002+FE01
        # by themselves: none
        0:200B 0:200C 0:200D 0:2060 0:2063 0:300 0:301 0:20D7 0:FE0F 0:FE0E 0:1161 0:11A8 0:180B
        0:3164 0:FFA0 0:E0100
        # control pictures: one
        1:2400 1:2403 1:2406 1:2409 1:240C 1:240F 1:2412 1:2415 1:2418 1:241B 1:241E 1:2421 1:2424
        # ambiguous, taken as narrow: one
        1:2500 1:2502 1:250C 1:2510 1:2514 1:2518 1:251C 1:2524 1:252C 1:2534 1:253C 1:2550 1:2551
        1:2588 1:2580 1:2584 1:258C 1:2591 1:2592 1:2593 1:25CF 1:25CB 1:25C6 1:25A0 1:25A1 1:2605
        1:2606 1:2026 1:2014 1:2013 1:2018 1:2019 1:201C 1:201D 1:2192 1:2190 1:2191 1:2193 1:A7
        1:B1 1:D7 1:F7
        # conjuncts of two letters: two
        2:915+94D+937 2:924+94D+930 2:91C+94D+91E 2:9B8+9CD+9A4
        # with a spacing mark (Mc), or SARA AM: two
        2:B95+BBE 2:995+9BE 2:E19+E33 2:C15+C41
        # with a mark above or below: one
        1:E01+E47 1:E17+E35+E48 1:E10+E4C 1:DC1+DCA 1:915+941 1:92C+94D
        # Hebrew and Arabic with points: one
        1:5D0+5B8 1:628+651 1:634+64E+651 1:627+653
        # signs that enclose numbers: one
        1:600 1:6DD 1:70F
        """
}
