-- U02 tcp7012-a751: 8 flows, 64 messages, of 8 clients and 1 server
-- A dissector for Wireshark to start from, by dpitool unknown --scaffold. Rename what you keep.
-- not tried: --no-tshark was given
-- tshark -X lua_script:U02-tcp7012-a751.lua -r U02-tcp7012-a751.pcapng -V

local proto = Proto("u02_tcp7012_a751", "Unknown tcp7012-a751")
local ports = {7012} -- of servers

-- What each side sends. at: an offset, below 0 from behind the end; size: in bytes, 0 to the end.

-- 40 messages, 18..203 bytes
local client = {
    name = "client",
    behind = 2, -- bytes at the end that are a field of their own
    type = 2, -- where it is
    -- a message of the stream has the size value +6; 8 of 8 streams end with one, 32 of 32 segments begin one
    framing = {at = 4, size = 2, little = false, plus = 6},
}
client.fields = {
    {at = 0, size = 2, field = ProtoField.bytes("u02_tcp7012_a751.client.magic", "magic")}, -- a7 51; in 40 of 40
    {at = 2, size = 1, field = ProtoField.uint8("u02_tcp7012_a751.client.type", "type", base.HEX, {[0x03] = "type 03", [0x02] = "type 02", [0x01] = "type 01"})}, -- 03 18, 02 14, 01 8; in 40 of 40, a guess
    {at = 3, size = 1, field = ProtoField.bytes("u02_tcp7012_a751.client.zero", "zero")}, -- 00; in 40 of 40
    {at = 4, size = 2, field = ProtoField.uint16("u02_tcp7012_a751.client.length", "length", base.DEC)}, -- message size = value + 6; 19 different; in 40 of 40
    {at = 6, size = 4, field = ProtoField.uint32("u02_tcp7012_a751.client.session", "session", base.HEX)}, -- constant in a flow, 8 values in 8 flows; in 8 of 8
    {at = 10, size = 2, field = ProtoField.uint16("u02_tcp7012_a751.client.sequence", "sequence", base.DEC)}, -- +1 per message, high bytes never changed; in 32 of 32
    {at = 12, size = 0, field = ProtoField.bytes("u02_tcp7012_a751.client.random", "random")}, -- random-like: chi-square z=-1.5 over 1847 bytes
    {at = -2, size = 2, field = ProtoField.uint16("u02_tcp7012_a751.client.checksum", "checksum", base.HEX)}, -- CRC-16/CCITT-FFFF, from 0 to before it; in 40 of 40
}

-- 48 messages, 18..196 bytes
local server = {
    name = "server",
    behind = 2, -- bytes at the end that are a field of their own
    type = 2, -- where it is
    -- a message of the stream has the size value +6; 8 of 8 streams end with one, 32 of 32 segments begin one
    framing = {at = 4, size = 2, little = false, plus = 6},
}
server.fields = {
    {at = 0, size = 2, field = ProtoField.bytes("u02_tcp7012_a751.server.magic", "magic")}, -- a7 51; in 48 of 48
    {at = 2, size = 1, field = ProtoField.uint8("u02_tcp7012_a751.server.type", "type", base.HEX, {[0x02] = "type 02", [0x03] = "type 03", [0x01] = "type 01"})}, -- 02 20, 03 20, 01 8; in 48 of 48, a guess
    {at = 3, size = 1, field = ProtoField.bytes("u02_tcp7012_a751.server.zero", "zero")}, -- 00; in 48 of 48
    {at = 4, size = 2, field = ProtoField.uint16("u02_tcp7012_a751.server.length", "length", base.DEC)}, -- message size = value + 6; 23 different; in 48 of 48
    {at = 6, size = 4, field = ProtoField.uint32("u02_tcp7012_a751.server.session", "session", base.HEX)}, -- constant in a flow, 8 values in 8 flows; in 8 of 8
    {at = 10, size = 2, field = ProtoField.uint16("u02_tcp7012_a751.server.sequence", "sequence", base.DEC)}, -- +1 per message, high bytes never changed; in 40 of 40
    {at = 12, size = 0, field = ProtoField.bytes("u02_tcp7012_a751.server.random", "random")}, -- random-like: chi-square z=-0.5 over 1974 bytes
    {at = -2, size = 2, field = ProtoField.uint16("u02_tcp7012_a751.server.checksum", "checksum", base.HEX)}, -- CRC-16/CCITT-FFFF, from 0 to before it; in 48 of 48
}

local all = {}
for _, side in ipairs({client, server}) do
    for _, f in ipairs(side.fields) do all[#all + 1] = f.field end
end
proto.fields = all

local function number(range, little)
    return little and range:le_uint() or range:uint()
end

local function add_fields(side, tvb, tree)
    local len = tvb:len()
    for _, f in ipairs(side.fields) do
        local at = f.at >= 0 and f.at or tvb:reported_len() + f.at
        local size = f.size > 0 and f.size or math.min(tvb:reported_len() - side.behind, len) - at
        if at >= 0 and size > 0 and at + size <= len then
            if f.little then tree:add_le(f.field, tvb(at, size)) else tree:add(f.field, tvb(at, size)) end
        end
    end
end

local function message(side, tvb, pinfo, tree)
    local what = side.name
    if side.type and side.type < tvb:len() then
        what = string.format("%s type %02x", what, tvb(side.type, 1):uint())
    end
    local item = tree:add(proto, tvb(), proto.description .. ", " .. what)
    pinfo.cols.info:append(string.format(" %s, %d bytes;", what, tvb:reported_len()))
    add_fields(side, tvb, item)
end

-- Messages in a stream, however segments cut them. What is no size ends with its segment.
local longest = 0x100000
local function by_length(side, tvb, pinfo, tree)
    local f = side.framing
    local head = f.at + f.size
    dissect_tcp_pdus(tvb, tree, head, function(rest, _, at)
        local size = number(rest(at + f.at, f.size), f.little) + f.plus
        return size >= head and size <= longest and size or rest:reported_length_remaining(at)
    end, function(part, info, root)
        message(side, part, info, root)
        return part:len()
    end)
end

client.dissect = by_length
server.dissect = by_length

-- Who of a conversation is the client: told by the ports, by the signature, else by who sends first.
local is_port, client_of = {}, {}
for _, port in ipairs(ports) do is_port[port] = true end

local function conversation(pinfo)
    local from = tostring(pinfo.src) .. " " .. pinfo.src_port
    local to = tostring(pinfo.dst) .. " " .. pinfo.dst_port
    return from < to and from .. " " .. to or to .. " " .. from, from, to
end

local function side_of(pinfo)
    if is_port[pinfo.src_port] ~= is_port[pinfo.dst_port] then
        return is_port[pinfo.src_port] and server or client
    end
    local key, from = conversation(pinfo)
    client_of[key] = client_of[key] or from
    return client_of[key] == from and client or server
end

local matches = {}

-- What the first messages of the client have in common: 25 bits.
function matches.client(tvb, pinfo)
    return tvb:len() >= 6
        and tvb:raw(0, 2) == "\167\081"
        and tvb:raw(3, 1) == "\000"
        and number(tvb(4, 2), false) >= tvb:reported_len() - 6
        and number(tvb(4, 2), false) <= 3248
end

-- What the first messages of the server have in common: 25 bits.
function matches.server(tvb, pinfo)
    return tvb:len() >= 6
        and tvb:raw(0, 2) == "\167\081"
        and tvb:raw(3, 1) == "\000"
        and number(tvb(4, 2), false) >= tvb:reported_len() - 6
        and number(tvb(4, 2), false) <= 3136
end

local function sender(tvb, pinfo)
    if matches.client(tvb, pinfo) then return "client" end
    if matches.server(tvb, pinfo) then return "server" end
end

local function dissect(tvb, pinfo, tree)
    local side = side_of(pinfo)
    pinfo.cols.protocol = "U02"
    pinfo.cols.info = ""
    side.dissect(side, tvb, pinfo, tree)
    return tvb:len()
end

proto.dissector = dissect

local function heuristic(tvb, pinfo, tree)
    local who = sender(tvb, pinfo)
    if not who then return false end
    local key, from, to = conversation(pinfo)
    client_of[key] = who == "client" and from or to
    pinfo.conversation = proto -- also what does not have the signature
    dissect(tvb, pinfo, tree) -- called through proto, it could not ask for more segments
    return true
end

proto:register_heuristic("tcp", heuristic)
for _, port in ipairs(ports) do DissectorTable.get("tcp.port"):add(port, proto) end
