-- U01 tcp21: 57 flows, 285 messages, of 1 client and 1 server
-- A dissector for Wireshark to start from, by dpitool unknown --scaffold. Rename what you keep.
-- not tried: --no-tshark was given
-- tshark -X lua_script:U01-tcp21.lua -r U01-tcp21.pcapng -V

local proto = Proto("u01_tcp21", "Unknown tcp21")
local ports = {21} -- of servers

-- What each side sends. at: an offset, below 0 from behind the end; size: in bytes, 0 to the end.

-- 114 messages, 8..32 bytes
local client = {
    name = "client",
    behind = 2, -- bytes at the end that are a field of their own
}
client.fields = {
    {at = 0, size = 4, field = ProtoField.bytes("u01_tcp21.client.enum", "enum")}, -- varies, 1.0 bits a byte at most; in 114 of 114, a guess
    {at = 4, size = 1, field = ProtoField.bytes("u01_tcp21.client.magic", "magic")}, -- 20; in 114 of 114
    {at = 5, size = 3, field = ProtoField.bytes("u01_tcp21.client.data", "data")}, -- varies, 3.6 bits a byte at most
    {at = 8, size = 0, field = ProtoField.bytes("u01_tcp21.client.data_8", "data 8")}, -- 6.8 bits a byte over 570 bytes
    {at = -2, size = 2, field = ProtoField.bytes("u01_tcp21.client.magic_end2", "magic end2")}, -- 0d 0a; in 114 of 114
}

-- 171 messages, 14..22 bytes
local server = {
    name = "server",
    line_end = "\r\n",
    line = ProtoField.string("u01_tcp21.server.line", "line"),
    word = ProtoField.string("u01_tcp21.server.word", "first word"),
    -- 220: in 57 of 171 messages
    -- 230: in 57 of 171 messages
    -- 331: in 57 of 171 messages
}
server.fields = {
}

local all = {}
for _, side in ipairs({client, server}) do
    for _, f in ipairs(side.fields) do all[#all + 1] = f.field end
    all[#all + 1] = side.line
    all[#all + 1] = side.word
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

local function lines(side, tvb, pinfo, tree)
    local item = tree:add(proto, tvb(), proto.description .. ", " .. side.name)
    local text, at = tvb:raw(0, tvb:len()), 0
    while at < #text do
        local _, last = nil, nil
        if side.line_end then _, last = text:find(side.line_end, at + 1, true) end
        last = last or #text
        local line = item:add(side.line, tvb(at, last - at))
        local word = text:sub(at + 1, last):match("^[^%s%c:,=;]+")
        if word then line:add(side.word, tvb(at, #word)) end
        if word and at == 0 then
            pinfo.cols.info:append(" " .. side.name .. " " .. word:gsub("[^%w%p]", "?"))
        end
        at = last
    end
end

client.dissect = message
server.dissect = lines

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
    return tvb:len() >= 5
        and tvb:raw(0, 5) == "\085\083\069\082\032"
end

-- What the first messages of the server have in common: 25 bits.
function matches.server(tvb, pinfo)
    return tvb:len() >= 5
        and tvb:raw(0, 5) == "\050\050\048\032\070"
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

proto:register_heuristic("tcp", heuristic)
for _, port in ipairs(ports) do DissectorTable.get("tcp.port"):add(port, proto) end
