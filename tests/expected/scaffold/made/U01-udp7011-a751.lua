-- U01 udp7011-a751: 12 flows, 96 messages, of 12 clients and 3 servers
-- A dissector for Wireshark to start from, by dpitool unknown --scaffold. Rename what you keep.
-- not tried: --no-tshark was given
-- tshark -X lua_script:U01-udp7011-a751.lua -r U01-udp7011-a751.pcapng -V

local proto = Proto("u01_udp7011_a751", "Unknown udp7011-a751")
local ports = {7011} -- of servers

-- What each side sends. at: an offset, below 0 from behind the end; size: in bytes, 0 to the end.

-- 48 messages, 18..190 bytes
local client = {
    name = "client",
    behind = 2, -- bytes at the end that are a field of their own
    type = 2, -- where it is
}
client.fields = {
    {at = 0, size = 2, field = ProtoField.bytes("u01_udp7011_a751.client.magic", "magic")}, -- a7 51; in 48 of 48
    {at = 2, size = 1, field = ProtoField.uint8("u01_udp7011_a751.client.type", "type", base.HEX, {[0x03] = "type 03", [0x02] = "type 02", [0x01] = "type 01"})}, -- 03 20, 02 16, 01 12; in 48 of 48, a guess
    {at = 3, size = 1, field = ProtoField.bytes("u01_udp7011_a751.client.zero", "zero")}, -- 00; in 48 of 48
    {at = 4, size = 2, field = ProtoField.uint16("u01_udp7011_a751.client.length", "length", base.DEC)}, -- message size = value + 6; 21 different; in 48 of 48
    {at = 6, size = 4, field = ProtoField.uint32("u01_udp7011_a751.client.session", "session", base.HEX)}, -- constant in a flow, 12 values in 12 flows; in 12 of 12
    {at = 10, size = 2, field = ProtoField.uint16("u01_udp7011_a751.client.sequence", "sequence", base.DEC)}, -- +1 per message, high bytes never changed; in 36 of 36
    {at = 12, size = 10, field = ProtoField.bytes("u01_udp7011_a751.client.data", "data")}, -- varies, 5.4 bits a byte at most
    {at = 22, size = 0, field = ProtoField.bytes("u01_udp7011_a751.client.random", "random")}, -- random-like: chi-square z=+0.1 over 1674 bytes
    {at = -2, size = 2, field = ProtoField.uint16("u01_udp7011_a751.client.checksum", "checksum", base.HEX)}, -- CRC-16/CCITT-FFFF, from 0 to before it; in 48 of 48
}

-- 48 messages, 18..188 bytes
local server = {
    name = "server",
    behind = 2, -- bytes at the end that are a field of their own
    type = 2, -- where it is
}
server.fields = {
    {at = 0, size = 2, field = ProtoField.bytes("u01_udp7011_a751.server.magic", "magic")}, -- a7 51; in 48 of 48
    {at = 2, size = 1, field = ProtoField.uint8("u01_udp7011_a751.server.type", "type", base.HEX, {[0x03] = "type 03", [0x02] = "type 02", [0x01] = "type 01"})}, -- 03 20, 02 16, 01 12; in 48 of 48, a guess
    {at = 3, size = 1, field = ProtoField.bytes("u01_udp7011_a751.server.zero", "zero")}, -- 00; in 48 of 48
    {at = 4, size = 2, field = ProtoField.uint16("u01_udp7011_a751.server.length", "length", base.DEC)}, -- message size = value + 6; 20 different; in 48 of 48
    {at = 6, size = 4, field = ProtoField.uint32("u01_udp7011_a751.server.session", "session", base.HEX)}, -- constant in a flow, 12 values in 12 flows; in 12 of 12
    {at = 10, size = 2, field = ProtoField.uint16("u01_udp7011_a751.server.sequence", "sequence", base.DEC)}, -- +1 per message, high bytes never changed; in 36 of 36
    {at = 12, size = 0, field = ProtoField.bytes("u01_udp7011_a751.server.random", "random")}, -- random-like: chi-square z=-1.4 over 1663 bytes
    {at = -2, size = 2, field = ProtoField.uint16("u01_udp7011_a751.server.checksum", "checksum", base.HEX)}, -- CRC-16/CCITT-FFFF, from 0 to before it; in 48 of 48
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

client.dissect = message
server.dissect = message

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
        and number(tvb(4, 2), false) == tvb:reported_len() - 6
end

-- What the first messages of the server have in common: 25 bits.
function matches.server(tvb, pinfo)
    return tvb:len() >= 6
        and tvb:raw(0, 2) == "\167\081"
        and tvb:raw(3, 1) == "\000"
        and number(tvb(4, 2), false) == tvb:reported_len() - 6
end

local function sender(tvb, pinfo)
    if matches.client(tvb, pinfo) then return "client" end
    if matches.server(tvb, pinfo) then return "server" end
end

local function dissect(tvb, pinfo, tree)
    local side = side_of(pinfo)
    pinfo.cols.protocol = "U01"
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

proto:register_heuristic("udp", heuristic)
for _, port in ipairs(ports) do DissectorTable.get("udp.port"):add(port, proto) end
