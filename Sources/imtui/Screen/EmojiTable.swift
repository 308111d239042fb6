/// An emoji with the name it has between colons.
struct Emoji: Equatable, Sendable {
    var text: String
    /// Lower case, digits and `_`.
    var name: String
}

/// The emoji that can be written by name or picked from a grid.
enum EmojiTable {
    /// In the order of the picker: what reactions are mostly made of comes first.
    static let all: [Emoji] = (common + faces + people + nature + food + things + signs)
        .split(whereSeparator: { $0 == "," || $0 == "\n" })
        .compactMap { entry in
            let parts = entry.split(separator: " ")
            guard parts.count == 2 else { return nil }
            return Emoji(text: String(parts[0]), name: String(parts[1]))
        }

    private static let byName = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The emoji of a whole name; nil: there is none.
    static func named(_ name: String) -> Emoji? {
        let name = name.lowercased()
        return byName[aliases[name] ?? name]
    }

    /// Names that people know from elsewhere.
    static let aliases = [
        "+1": "thumbs_up", "thumbsup": "thumbs_up", "-1": "thumbs_down",
        "thumbsdown": "thumbs_down", "tada": "party", "pray": "thanks",
        "100": "hundred",
    ]

    /// The emoji whose names begin with a text, then those that have a word which does, then those
    /// that contain it; each in the table's order.
    static func find(_ text: String, limit: Int = .max) -> [Emoji] {
        let wanted = text.lowercased()
        if wanted.isEmpty { return Array(all.prefix(limit)) }
        let known = wanted.count < 2 ? [] : aliases.keys.sorted().filter { $0.hasPrefix(wanted) }
        let named = Set(known.compactMap { aliases[$0] })
        var kinds: [[Emoji]] = [[], [], []]
        for emoji in all {
            if emoji.name.hasPrefix(wanted) || named.contains(emoji.name) {
                kinds[0].append(emoji)
            } else if emoji.name.contains("_" + wanted) {
                kinds[1].append(emoji)
            } else if emoji.name.contains(wanted) || emoji.text == text {
                kinds[2].append(emoji)
            }
        }
        return Array(kinds.joined().prefix(limit))
    }

    private static let common = """
        👍 thumbs_up,❤️ heart,😂 joy,🎉 party,😮 wow,😢 sad,🙏 thanks,👀 eyes,🔥 fire,✅ done
        👎 thumbs_down,🚀 rocket,💯 hundred,👏 clap,🤔 thinking,😄 smile,😅 sweat_smile,👌 ok_hand

        """
    private static let faces = """
        😀 grin,😃 happy,😁 beam,😆 laugh,🤣 rolling_laugh,🙂 slight_smile,🙃 upside_down,😉 wink
        😊 blush,😇 angel,🥰 in_love,😍 heart_eyes,🤩 star_eyes,😘 blow_kiss,😗 kiss,😚 kiss_shy
        😙 kiss_smile,🥲 smile_tear,😋 yum,😛 tongue,😜 wink_tongue,🤪 zany,😝 squint_tongue
        🤑 money_face,🤗 hug,🤭 giggle,🤫 hush,🤐 zipped,🤨 raised_brow,😐 neutral
        😑 expressionless,😶 no_mouth,😏 smirk,😒 unamused,🙄 eye_roll,😬 grimace,🤥 lying
        😌 relieved,😔 pensive,😪 sleepy,🤤 drool,😴 asleep,😷 mask,🤒 fever,🤕 bandaged
        🤢 nauseous,🤮 vomit,🤧 sneeze,🥵 hot,🥶 cold,🥴 woozy,😵 dizzy,🤯 mind_blown,🤠 cowboy
        🥳 celebrate,🥸 disguise,😎 cool,🤓 nerd,🧐 monocle,😕 confused,😟 worried,🙁 frown
        😯 hushed,😲 astonished,😳 flushed,🥺 pleading,😦 frown_open,😧 anguished,😨 fearful
        😰 anxious,😥 disappointed_relieved,😭 sob,😱 scream,😖 confounded,😣 persevere
        😞 disappointed,😓 sweat,😩 weary,😫 tired,🥱 yawn,😤 huff,😡 rage,😠 angry,🤬 cursing
        😈 devil_smile,👿 devil_angry,💀 skull,💩 poop,🤡 clown,👹 ogre,👻 ghost,👽 alien
        👾 space_invader,🤖 robot,😺 cat_smile,😸 cat_grin,😹 cat_joy,😻 cat_love,😼 cat_smirk
        😽 cat_kiss,🙀 cat_scream,😿 cat_cry,😾 cat_angry,🙈 see_no_evil,🙉 hear_no_evil
        🙊 speak_no_evil,💋 kiss_mark,💌 love_letter,💘 heart_arrow,💝 heart_ribbon
        💖 heart_sparkle,💗 heart_growing,💓 heart_beating,💞 hearts_circling,💕 two_hearts
        💔 heart_broken,🧡 heart_orange,💛 heart_yellow,💚 heart_green,💙 heart_blue
        💜 heart_purple,🤎 heart_brown,🖤 heart_black,🤍 heart_white,💢 anger,💥 boom
        💫 dizzy_star,💦 splash,💨 dash,💣 bomb,💬 speech,💭 thought,💤 zzz

        """
    private static let people = """
        👋 wave,🤚 back_of_hand,✋ stop_hand,🖖 spock,🤌 pinched,🤏 tiny,🤞 fingers_crossed
        🤟 love_you,🤘 horns,🤙 call_me,👈 point_left,👉 point_right,👆 point_up,👇 point_down
        ✊ fist,👊 punch,🤛 fist_left,🤜 fist_right,🙌 hooray,👐 open_hands,🤲 palms_up
        🤝 handshake,💅 nails,🤳 selfie,💪 muscle,🦾 robot_arm,🦵 leg,🦶 foot,👂 ear,👃 nose
        🧠 brain,🦷 tooth,🦴 bone,👅 tongue_out,👄 mouth,👶 baby,🧒 child,👦 boy,👧 girl,🧑 person
        👨 man,👩 woman,🧓 elder,👴 old_man,👵 old_woman,🙅 no_gesture,🙆 ok_gesture,💁 tip_hand
        🙋 raise_hand,🙇 bow,🤦 facepalm,🤷 shrug,👮 police,💂 guard,🥷 ninja,👷 builder
        🤴 prince,👸 princess,🤵 tuxedo,👰 bride,🎅 santa,🦸 hero,🦹 villain,🧙 wizard,🧚 fairy
        🧛 vampire,🧜 mermaid,🧟 zombie,💆 massage,💇 haircut,🚶 walk,🏃 run,💃 dance
        🕺 dance_man,👯 dancers,🧘 yoga,🏄 surf,🏊 swim,🚴 bike_ride,🤸 cartwheel,👪 family
        👫 couple,👣 footprints,👨‍💻 coder_man,👩‍💻 coder,👨‍👩‍👧 family_daughter

        """
    private static let nature = """
        🐵 monkey,🐶 dog,🐺 wolf,🦊 fox,🐱 cat,🦁 lion,🐯 tiger,🐴 horse,🦄 unicorn,🦓 zebra
        🐮 cow,🐷 pig,🐑 sheep,🐐 goat,🐪 camel,🦙 llama,🦒 giraffe,🐘 elephant,🐭 mouse
        🐹 hamster,🐰 rabbit,🦔 hedgehog,🦇 bat,🐻 bear,🐨 koala,🐼 panda,🦥 sloth,🦦 otter
        🐾 paws,🦃 turkey,🐔 chicken,🐣 hatching,🐤 chick,🐧 penguin,🦅 eagle,🦆 duck,🦢 swan
        🦉 owl,🦩 flamingo,🦜 parrot,🐸 frog,🐊 crocodile,🐢 turtle,🦎 lizard,🐍 snake,🐲 dragon
        🦖 dinosaur,🐳 whale,🐬 dolphin,🐟 fish,🦈 shark,🐙 octopus,🐚 shell,🐌 snail,🦋 butterfly
        🐛 bug,🐜 ant,🐝 bee,🐞 ladybird,🦗 cricket,💐 bouquet,🌸 blossom,🌹 rose,🌻 sunflower
        🌷 tulip,🌱 seedling,🌲 evergreen,🌳 tree,🌴 palm,🌵 cactus,🍀 clover,🍁 maple_leaf
        🍂 fallen_leaf,🍄 mushroom,🌍 earth,🌙 moon,🌞 sun_face,⭐ star,🌟 glowing_star
        🌈 rainbow,⚡ lightning,⛄ snowman,🌊 ocean,💧 droplet,☔ rain,🌋 volcano

        """
    private static let food = """
        🍇 grapes,🍈 melon,🍉 watermelon,🍊 orange,🍋 lemon,🍌 banana,🍍 pineapple,🥭 mango
        🍎 apple,🍐 pear,🍑 peach,🍒 cherries,🍓 strawberry,🥝 kiwi,🍅 tomato,🥥 coconut
        🥑 avocado,🍆 aubergine,🥔 potato,🥕 carrot,🌽 corn,🥒 cucumber,🥦 broccoli,🧄 garlic
        🧅 onion,🥜 peanuts,🍞 bread,🥐 croissant,🥨 pretzel,🧀 cheese,🍖 meat,🍗 drumstick
        🥓 bacon,🍔 burger,🍟 fries,🍕 pizza,🌭 hot_dog,🥪 sandwich,🌮 taco,🌯 burrito,🥚 egg
        🍳 cooking,🍲 stew,🥗 salad,🍿 popcorn,🍱 bento,🍚 rice,🍛 curry,🍜 noodles,🍝 spaghetti
        🍣 sushi,🍤 shrimp,🥟 dumpling,🥡 takeout,🍦 ice_cream,🍩 doughnut,🍪 cookie
        🎂 birthday,🍰 cake,🧁 cupcake,🍫 chocolate,🍬 candy,🍭 lollipop,🍯 honey,🥛 milk
        ☕ coffee,🍵 tea,🍶 sake,🍾 champagne,🍷 wine,🍸 cocktail,🍹 tropical_drink,🍺 beer
        🍻 cheers,🥂 toast,🥤 soft_drink,🧋 bubble_tea,🥢 chopsticks,🍴 fork_knife

        """
    private static let things = """
        🏠 house,🏢 office,🏥 hospital,🏫 school,🏰 castle,🗼 tower,⛺ tent,🚂 train,🚌 bus
        🚑 ambulance,🚕 taxi,🚗 car,🚲 bicycle,🛵 scooter,🚢 ship,⛵ sailboat,🚁 helicopter
        🛸 ufo,⌛ hourglass,⏰ alarm,🎃 pumpkin,🎄 christmas_tree,🎆 fireworks,✨ sparkles
        🎈 balloon,🎊 confetti,🎁 gift,🎀 ribbon,🏆 trophy,🏅 medal,🥇 gold_medal,⚽ football
        🏀 basketball,🏓 ping_pong,🎯 bullseye,🎮 video_game,🎲 dice,🧩 puzzle,🎨 art,🎵 music
        🎶 notes,🎤 microphone,🎧 headphones,🎸 guitar,🎹 piano,🥁 drum,📱 phone,💻 laptop
        🔋 battery,🔌 plug,💾 floppy,📷 camera,🎥 film,📺 television,🔍 search,💡 idea
        🔦 torch,📖 book,📚 books,📰 newspaper,🔖 bookmark,💰 money_bag,💳 credit_card
        📧 email,📦 package,📝 memo,💼 briefcase,📁 folder,📅 calendar,📈 chart_up
        📉 chart_down,📊 bar_chart,📌 pin,📎 paperclip,📏 ruler,🔒 lock,🔓 unlocked,🔑 key
        🔨 hammer,🔧 wrench,🔗 link,🧲 magnet,🧪 test_tube,🔬 microscope,🔭 telescope,💊 pill
        💉 syringe,🚪 door,🚽 toilet,🛒 cart,🧹 broom,🔔 bell,🔕 no_bell,📣 megaphone,🕐 clock

        """
    private static let signs = """
        ❌ cross,❓ question,❗ exclamation,🆗 ok,🆕 new,🆘 sos,🚫 forbidden,⛔ no_entry
        🔴 red_circle,🟠 orange_circle,🟡 yellow_circle,🟢 green_circle,🔵 blue_circle
        🟣 purple_circle,⚫ black_circle,⚪ white_circle,➕ plus,➖ minus,🔄 refresh,🔁 repeat
        🔜 soon,🔝 top,🏁 finish,🚩 red_flag,🏳️‍🌈 rainbow_flag,🚧 construction,♻️ recycle
        ⚠️ warning,☀️ sun,☁️ cloud,❄️ snowflake,✈️ plane,✏️ pencil,✂️ scissors,☎️ telephone
        ✌️ victory,☝️ one_finger,🇨🇳 china,🇩🇪 germany,🇪🇺 europe,🇫🇷 france,🇬🇧 britain,🇯🇵 japan
        🇺🇸 usa
        """
}
