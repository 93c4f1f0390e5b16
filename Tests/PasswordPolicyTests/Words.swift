/// Everyday words for passphrases.
enum Words {
    static let all = """
        acorn anchor apron arrow autumn badge bamboo barrel basket beacon beetle bellow birch blanket blossom bonnet
        bottle bramble breeze brick bridge bucket bundle butter button cabin cactus candle canoe canvas carpet carrot
        castle cedar cellar chalk cheese cherry chimney chisel cinder circle clover cobble comet copper cotton cradle
        crayon cricket crumb crystal curtain cushion daisy dancer desert dinner donkey drizzle drummer dune eagle easel
        echo elbow ember engine fabric falcon feather fennel fiddle flannel flute forest fossil fountain fringe garden
        garlic gazelle geyser ginger glacier goblet gravel grove hammer harbour hazel helmet hollow honey hoop iceberg
        inkwell island ivory jacket jasmine jigsaw jungle kernel kettle kitten ladder lagoon lantern lemon lilac
        limestone linen lobster lumber magnet maple marble meadow melon mitten morning moss mustard napkin needle
        nettle noodle nutmeg oatmeal ocean olive onion orchard otter oyster paddle pancake parsley pebble pencil
        pepper petal pickle pigeon pillow piston plaster pocket pond porridge pudding puddle quarry quilt rabbit
        raccoon radish raft rainbow raisin ribbon river robin rocket rudder saddle saffron salmon sandal scarf
        shovel silver slipper snow socket sparrow spider spoon squirrel stable sugar summit swan syrup table tailor
        tambourine teapot thimble thistle thunder timber toast trumpet tulip tunnel turnip umbrella valley velvet
        village violin walnut walrus warbler weaver whistle willow window winter wizard wool yarn yogurt zebra
        """.split(whereSeparator: \.isWhitespace)
}
