#compdef dpitool
# SPDX-License-Identifier: BSD-2-Clause
# _dpitool - completion for zsh. Made from the program's tables; to change it, see man/shells.c.

_dpitool_commands() {
    local -a commands=(
        'classify:tell what is in captures\: flows, protocols, applications, every packet accounted for'
        'extract:write the packets of chosen flows to a capture, untouched'
        'follow:show what the two ends of a flow said\: TCP reassembled, all else in order'
        'explain:show how a flow got its label\: what nDPI was shown, packet by packet, and what it said'
        'unknown:describe the flows that nothing recognises\: likely protocols, fields, what to capture next'
        'rules:check and list rules, ask what a name or address matches, convert others'\'' rules'
        'diff:tell which flows changed between two results, and how'
        'test:run a suite\: captures in a folder, and what is expected of them'
        'protocols:list what can be detected'
        'fields:tell what every field of a flow record means'
        'version:tell the versions of dpitool and of the libraries it runs with'
    )
    _describe -t commands command commands
}

_dpitool_field() {
    local -a fields=(
        'type:What this record is\: always flow'
        'flow_id:1, 2, 3 ... in the order in which flows began'
        'community_id:Community ID version 1 of the addresses, ports and transport; absent for transports it does not define'
        'capture:The capture that holds the first packet, as it was named on the command line; - is standard input'
        'interface:The interface of the first packet\: its name in the pcapng file, else its number; absent in classic pcap'
        'first_packet:Number of the first packet of the flow, counted from 1 over all packets read'
        'first_seen:Time of the earliest packet as captured, RFC 3339 in UTC with nanoseconds'
        'last_seen:Time of the latest packet as captured'
        'duration:last_seen minus first_seen'
        'transport:TCP, UDP, SCTP, ICMP, ICMPv6, or the IANA name or number of the IP protocol'
        'src_ip:Address of the client\: who sent the SYN; else what a SYN-ACK, a multicast address or the ports say; else who sent first'
        'src_port:Port of the client'
        'dst_ip:Address of the server'
        'dst_port:Port of the server'
        'src_name:Name that the capture itself has for the client'\''s address (pcapng name resolution)'
        'dst_name:Name that the capture itself has for the server'\''s address'
        'src_mac:Link layer address of the client'\''s first packet'
        'dst_mac:Link layer address of the server'\''s first packet, else where the client'\''s first packet went'
        'direction:outbound, inbound, internal or external\: whether client and server are in --home-net; absent without it'
        'icmp_type:ICMP type of the client'\''s messages'
        'icmp_code:ICMP code of the first packet'
        'vlan:Innermost VLAN id, in front of a tunnel or in it'
        'mpls:MPLS labels of the first packet, outermost first, at most 8'
        'tunnel:Tunnel layers around the flow, outermost first, as kind(address-address), or kind(address-address,vni=number) where there is a virtual network'
        'tunnel_id:Numbers of tunnels that differ by direction, of the first packet each way\: src\:kind.name=number around what the client sent, dst\: around what the server sent. gre.key, gtp.teid, pptp.call, erspan.session, l2tp.session; that of L2TP version 2 is tunnel/session'
        'protocol:What the flow speaks\: TLS, QUIC, DNS ...; Unknown when nothing recognised it'
        'application:What runs on it\: Netflix, Telegram ..., as a rule says, else nDPI; absent when nothing names one'
        'category:Category of the application, else of the protocol'
        'ndpi_label:nDPI'\''s own label, Master.App, unchanged'
        'confidence:How nDPI came to its label, in its own words'
        'classified_by:What named the protocol\: dpi, dpi-cache, dpi-partial, signature, ip, port or none'
        'application_by:What named the application\: of a rule sni, http-host, dns, host, certificate, dns-hint, ja3, ja4, ip, port or protocol, what it was found by; ndpi, or ip or port when nDPI only guessed it'
        'rule:The rule that named the application, or the signature that named the protocol, as FILE\:ID; both with ; between; absent when none did'
        'packets_src:Packets sent by the client'
        'packets_dst:Packets sent by the server'
        'packets_total:Packets in both directions'
        'bytes_src:Bytes sent by the client, IP header and what it carries'
        'bytes_dst:Bytes sent by the server, IP header and what it carries'
        'bytes_total:Bytes in both directions, IP header and what it carries'
        'frame_bytes_src:Bytes of the client'\''s frames as they were on the wire, link header included'
        'frame_bytes_dst:Bytes of the server'\''s frames as they were on the wire, link header included'
        'frame_bytes_total:Bytes of the frames of both directions as they were on the wire'
        'payload_src:Bytes behind the transport header sent by the client'
        'payload_dst:Bytes behind the transport header sent by the server'
        'payload_total:Bytes behind the transport header in both directions'
        'tcp_flags_src:TCP flags that the client ever set, of the letters CEUAPRSF'
        'tcp_flags_dst:TCP flags that the server ever set, of the letters CEUAPRSF'
        'tcp_state:How far the TCP connection came\: syn-sent, syn-received, established, half-closed, closed, reset, or refused when the SYN was answered by a reset'
        'retransmits:TCP packets that brought nothing new'
        'out_of_order:TCP packets that brought what was missing before, so came later than they should have'
        'gap_bytes:Bytes that were sent, by the TCP sequence numbers behind them, but not captured'
        'duplicates:Packets captured once more within the last few, the same to the byte\: counted above, not shown to detection'
        'ttl_src:TTL or hop limit of the client'\''s first packet'
        'ttl_dst:TTL or hop limit of the server'\''s first packet'
        'end_reason:Why the record ends here\: see REASONS'
        'flags:What is special about the flow\: see FLAGS'
        'hostname:Name of the server the client asked for, as it was sent\: TLS server name, HTTP host, first DNS question, DHCP host; else the one that nDPI found, in lower case\: QUIC server name ...'
        'names:All names of the flow, as they were sent\: TLS server name, HTTP hosts, DNS questions, names in the server'\''s certificate, DHCP hosts, and what nDPI found beside them'
        'dns_hint:What was asked of the DNS when the server'\''s address was the answer\: by the same client, else by all that asked'
        'hint_packet:Number of the packet that told dns_hint; absent when an earlier run did (--dns-hints)'
        'tls_version:TLS version of the server'\''s hello, else of the client'\''s'
        'tls_supported_versions:TLS versions the client offers'
        'tls_alpn:Application protocols the client offers in TLS or QUIC (ALPN)'
        'tls_cipher:Cipher suite the server chose'
        'tls_cipher_strength:weak or insecure when nDPI says so of the chosen cipher suite'
        'tls_server_names:Names in the server'\''s certificate\: all of subjectAltName, and the common name'
        'tls_issuer:Issuer of the server'\''s certificate'
        'tls_subject:Subject of the server'\''s certificate'
        'tls_not_before:The certificate is valid from then on, RFC 3339 in UTC'
        'tls_not_after:The certificate is valid until then, RFC 3339 in UTC'
        'tls_cert_sha1:SHA-1 of the server'\''s certificate, hexadecimal'
        'tls_esni:Encrypted server name indication of the client, hexadecimal; nDPI up to 4.10'
        'tls_ech:outer when the TLS client sends an encrypted ClientHello beside, or pretends to; inner in one that is decrypted'
        'tls_browser:Browser that nDPI takes the TLS client for'
        'ja3:JA3 fingerprint of the TLS client; nDPI up to 4.10'
        'ja3s:JA3S fingerprint of the TLS server'
        'ja4:JA4 fingerprint of the TLS client; nDPI 4.10 or later'
        'quic_version:QUIC version; nDPI 4.8 or later'
        'http_method:HTTP method of the request'
        'http_url:Host and path of the request'
        'http_status:Status code of the response'
        'http_user_agent:User-Agent of the request'
        'http_content_type:Content-Type of the response'
        'http_request_content_type:Content-Type of the request'
        'http_server:Server of the response; nDPI 4.6 or later'
        'http_detected_os:Operating system that nDPI reads from the User-Agent'
        'http_nat_ip:Address in a forwarding header of the request'
        'dns_queries:Number of queries in the last reply'
        'dns_answers:Number of answers in the last reply'
        'dns_reply_code:Reply code of the response'
        'dns_query_type:Type of the query'
        'dns_response_type:Type of the first answer that is no CNAME'
        'dns_address:Addresses in the answers'
        'dns_cname:Names that answers say are the canonical ones of others'
        'ssh_client:Identification string of the SSH client'
        'ssh_server:Identification string of the SSH server'
        'hassh:HASSH fingerprint of the SSH client'
        'hassh_server:HASSH fingerprint of the SSH server'
        'dhcp_fingerprint:Options the DHCP client asks for'
        'dhcp_class:Vendor class of the DHCP client'
        'bittorrent_hash:Info hash, hexadecimal'
        'user:User name of FTP, IMAP, POP, SMTP, Telnet or Kerberos; passwords are never kept'
        'login_failed:yes when FTP, IMAP, POP or SMTP refused the login'
        'kerberos_host:Host name in Kerberos'
        'kerberos_domain:Realm in Kerberos'
        'ntp_version:NTP version; nDPI up to 4.14'
        'ntp_request_code:Request code of private NTP messages; nDPI up to 4.14'
        'risks:What nDPI finds risky about the flow, by name'
        'risk_score:nDPI'\''s score of the risks; not comparable between nDPI versions'
    )
    _describe -t fields field fields "$@"
}

_dpitool_fields() {
    compset -P '*,'
    _dpitool_field -q -S ,
}

# FORMAT, or FORMAT:PATH
_dpitool_output() {
    local -a formats=(
        'table:aligned columns for a screen'
        'csv:RFC 4180 with a header, one line a flow'
        'json:one JSON object a line and flow'
        'summary:what was read, protocols, applications, hosts and warnings on one screen'
        'summary-json:the summary as one JSON object'
        'unknown:a folder with a capture for each flow without a label, and index.csv and index.json'
    )
    if compset -P '[a-z-]##:'; then
        _files
    else
        _describe -t formats format formats -S ''
    fi
}

_dpitool() {
    local curcontext=$curcontext state line ret=1
    typeset -A opt_args
    setopt localoptions extendedglob
    _arguments -C -S : \
            '(- *)'{-V,--version}'[the same as the command version]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '1:command:_dpitool_commands' '*:: :->rest' && ret=0
    [[ $state == rest ]] || return ret
    curcontext=${curcontext%:*}-$words[1]:
    case $words[1] in
    help)
        _arguments '1:command:_dpitool_commands' && ret=0
        ;;
    classify)
        _arguments -s -S : \
            '*'{-o+,--output=}'[write table, csv, json (one object a line), summary or summary-json; may be given several times; without PATH or with - on standard output, which one format may have; unknown\:FOLDER writes captures of the flows without a label; without -o\: the summary and the largest flows]:FORMAT[\:PATH]:_dpitool_output' \
            '--fields=[columns of table, csv and json, in this order; dpitool fields lists them]:A,B,C:_dpitool_fields' \
            '--csv-delimiter=[what stands between the cells of csv\: a character, or comma, semicolon, tab, pipe or space; unless given a comma]:CHAR: ' \
            '--csv-bom[begin csv with a byte order mark, for programs that else do not take it for UTF-8]' \
            '--csv-raw[write texts to csv as they are\: what a spreadsheet takes for a formula is not defused, and line ends and control characters are not escaped; only bytes that are not UTF-8 become U+FFFD]' \
            '--where=[only flows that match, as in '\''protocol == "TLS" and bytes_total > 1M'\''; see EXPRESSIONS in dpitool(1)]:EXPR: ' \
            '--top=[table\: only the N largest flows; 20 on the default screen]:N: ' \
            '--sort=[what is largest for --top\: any field; bytes_total unless given]:FIELD:_dpitool_field' \
            '--all[default screen\: all flows as they end, then the summary]' \
            '--unknown-packets=[unknown\:FOLDER\: only the first N packets of a flow; 0\: all \[10\]]:N: ' \
            '--unknown-include=[unknown\:FOLDER\: guessed takes flows, too, of which the port or an address gave the label \[unknown\]]:WHICH:(unknown guessed)' \
            '--unknown-spool=[unknown\:FOLDER\: room in a temporary file for packets that --memory has no room for; what is more is lost, counted; 0\: no bound \[4G\]]:SIZE: ' \
            '--crash-dir=[keep captures of the flows that nDPI crashed or hung at, with the packets until there and a few behind, and an index as unknown\:FOLDER has it]:FOLDER:_files' \
            '--force[unknown\:FOLDER, --crash-dir\: use a folder that is not empty; the files of an earlier run in it are removed]' \
            '--independent[take each capture as if it were the only one, --jobs of them at a time\: --memory, --max-flows, --first, flow_id and first_packet are for each; records come by the order of the captures]' \
            '--rule-stats[tell on standard error how many flows each rule named, and which rules named none]' \
            '--stats[tell on standard error how many flows there were at once, what was shown to the detector, and what they cost of --memory]' \
            '--width=[width of table and summary; unless given that of the terminal, no limit in files and pipes]:COLUMNS: ' \
            '--color=[colours\: auto means on a terminal and without NO_COLOR \[auto\]]:WHEN:(auto always never)' \
            '(-f --filter)'{-f+,--filter=}'[only packets that match, as in tcpdump (pcap-filter(7))]:BPF: ' \
            '--after=[only packets of that time or later\: 2026-11-21T09\:11\:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970]:TIME: ' \
            '--before=[only packets earlier than that time]:TIME: ' \
            '--first=[stop after so many packets, whatever they are]:N: ' \
            '*--home-net=[a network of one'\''s own, as 10.0.0.0/8 or fd00\:\:/8; may be given several times; the field direction tells outbound, inbound, internal and external by them]:PREFIX: ' \
            '--idle-timeout=[end a flow after this long without a packet, by packet time; 0\: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer]:TIME: ' \
            '--active-timeout=[end the record of a flow after this long and begin another; unless given never]:TIME: ' \
            '--conversations[one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count\: no timeouts, no new flow on a new SYN, all ICMP of two hosts together]' \
            '--ignore-vlan[packets in different VLANs may belong to one flow]' \
            '--tunnels=[tunnels to look into\: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself\: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp \[all\]]:KINDS: _values -s , tunnels all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp' \
            '*'{-r+,--rules=}'[name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)]:PATH:_files' \
            '--no-default-rules[do not use the rules that are shipped with the program]' \
            '--no-reassembly[detect in packets as they were captured\: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too]' \
            '--dns-hints=[begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end]:FILE:_files' \
            '--no-guess[do not guess by port or address what the payload does not tell]' \
            '*--disable-protocol=[a protocol or application of nDPI'\''s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them]:NAME: ' \
            '--community-id-seed=[seed of the Community ID \[0\]]:N: ' \
            '--max-input=[bytes that one compressed capture may inflate to; what is behind is not read \[256G\]]:SIZE: ' \
            '--resync[where a capture is damaged, go on at the next sound packet; each gap is told]' \
            '--max-flows=[flows alive at once; more end the ones idle longest, counted; 0\: as many as --memory allows \[0\]]:N: ' \
            '--memory=[memory for flows; more end the ones idle longest, counted \[2G\]]:SIZE: ' \
            '(-j --jobs)'{-j+,--jobs=}'[processors to use\: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same \[2\]]:N: ' \
            '--progress=[a line on standard error that tells how far the captures are read\: auto means on a terminal, and not when standard output goes to another program \[auto\]]:WHEN:(auto always never)' \
            '--no-contain[detect in the process that reads the captures\: a fault of nDPI then ends the program]' \
            '--no-sandbox[let the program open any file and make any system call, whatever is in the captures]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:CAPTURE...:_files' \
            && ret=0
        ;;
    extract)
        _arguments -s -S : \
            '(-w --write)'{-w+,--write=}'[the capture that is written; - is standard output]:PATH:_files' \
            '--split=[write a capture for each flow into a folder instead, as flow-000042-tcp-443.pcap\: flow_id, transport, port of the server]:FOLDER:_files' \
            '--where=[only flows that match, as in '\''protocol == "TLS" and bytes_total > 1M'\''; see EXPRESSIONS in dpitool(1)]:EXPR: ' \
            '*--flow=[only this flow\: a flow_id, a Community ID, or SRC\:PORT-DST\:PORT, IPv6 as \[SRC\]\:PORT; may be given several times]:FLOW: ' \
            '--all[keep the packets that are in no flow, too, whatever --where and --flow say]' \
            '--format=[auto goes by the name of the capture that is written, else takes pcapng where an input is that or link types are mixed, which pcap cannot hold \[auto\]]:FORMAT:(auto pcap pcapng)' \
            '(-f --filter)'{-f+,--filter=}'[only packets that match, as in tcpdump (pcap-filter(7))]:BPF: ' \
            '--after=[only packets of that time or later\: 2026-11-21T09\:11\:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970]:TIME: ' \
            '--before=[only packets earlier than that time]:TIME: ' \
            '--first=[stop after so many packets, whatever they are]:N: ' \
            '*--home-net=[a network of one'\''s own, as 10.0.0.0/8 or fd00\:\:/8; may be given several times; the field direction tells outbound, inbound, internal and external by them]:PREFIX: ' \
            '--idle-timeout=[end a flow after this long without a packet, by packet time; 0\: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer]:TIME: ' \
            '--active-timeout=[end the record of a flow after this long and begin another; unless given never]:TIME: ' \
            '--conversations[one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count\: no timeouts, no new flow on a new SYN, all ICMP of two hosts together]' \
            '--ignore-vlan[packets in different VLANs may belong to one flow]' \
            '--tunnels=[tunnels to look into\: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself\: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp \[all\]]:KINDS: _values -s , tunnels all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp' \
            '*'{-r+,--rules=}'[name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)]:PATH:_files' \
            '--no-default-rules[do not use the rules that are shipped with the program]' \
            '--no-reassembly[detect in packets as they were captured\: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too]' \
            '--dns-hints=[begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end]:FILE:_files' \
            '--no-guess[do not guess by port or address what the payload does not tell]' \
            '*--disable-protocol=[a protocol or application of nDPI'\''s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them]:NAME: ' \
            '--community-id-seed=[seed of the Community ID \[0\]]:N: ' \
            '--max-input=[bytes that one compressed capture may inflate to; what is behind is not read \[256G\]]:SIZE: ' \
            '--resync[where a capture is damaged, go on at the next sound packet; each gap is told]' \
            '--max-flows=[flows alive at once; more end the ones idle longest, counted; 0\: as many as --memory allows \[0\]]:N: ' \
            '--memory=[memory for flows; more end the ones idle longest, counted \[2G\]]:SIZE: ' \
            '(-j --jobs)'{-j+,--jobs=}'[processors to use\: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same \[2\]]:N: ' \
            '--progress=[a line on standard error that tells how far the captures are read\: auto means on a terminal, and not when standard output goes to another program \[auto\]]:WHEN:(auto always never)' \
            '--no-contain[detect in the process that reads the captures\: a fault of nDPI then ends the program]' \
            '--no-sandbox[let the program open any file and make any system call, whatever is in the captures]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:CAPTURE...:_files' \
            && ret=0
        ;;
    follow)
        _arguments -s -S : \
            '--flow=[which flow\: its flow_id, its Community ID, or its ends as SRC\:PORT-DST\:PORT, IPv6 as \[SRC\]\:PORT; of several that match the first, and the others are named]:FLOW: ' \
            '--direction=[only what the client or the server sent \[both\]]:WHO:(both client server)' \
            '--as=[text with a dot for what cannot be shown, a dump, the bytes themselves (not to a terminal), or YAML; auto is raw with --write, else ascii \[auto\]]:FORM:(auto ascii hex raw yaml)' \
            '(-w --write)'{-w+,--write=}'[write to PATH-client.bin and PATH-server.bin instead of standard output; .txt and .yaml by --as]:PATH:_files' \
            '(-f --filter)'{-f+,--filter=}'[only packets that match, as in tcpdump (pcap-filter(7))]:BPF: ' \
            '--after=[only packets of that time or later\: 2026-11-21T09\:11\:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970]:TIME: ' \
            '--before=[only packets earlier than that time]:TIME: ' \
            '--first=[stop after so many packets, whatever they are]:N: ' \
            '*--home-net=[a network of one'\''s own, as 10.0.0.0/8 or fd00\:\:/8; may be given several times; the field direction tells outbound, inbound, internal and external by them]:PREFIX: ' \
            '--idle-timeout=[end a flow after this long without a packet, by packet time; 0\: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer]:TIME: ' \
            '--active-timeout=[end the record of a flow after this long and begin another; unless given never]:TIME: ' \
            '--conversations[one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count\: no timeouts, no new flow on a new SYN, all ICMP of two hosts together]' \
            '--ignore-vlan[packets in different VLANs may belong to one flow]' \
            '--tunnels=[tunnels to look into\: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself\: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp \[all\]]:KINDS: _values -s , tunnels all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp' \
            '*'{-r+,--rules=}'[name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)]:PATH:_files' \
            '--no-default-rules[do not use the rules that are shipped with the program]' \
            '--no-reassembly[detect in packets as they were captured\: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too]' \
            '--dns-hints=[begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end]:FILE:_files' \
            '--no-guess[do not guess by port or address what the payload does not tell]' \
            '*--disable-protocol=[a protocol or application of nDPI'\''s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them]:NAME: ' \
            '--community-id-seed=[seed of the Community ID \[0\]]:N: ' \
            '--max-input=[bytes that one compressed capture may inflate to; what is behind is not read \[256G\]]:SIZE: ' \
            '--resync[where a capture is damaged, go on at the next sound packet; each gap is told]' \
            '--max-flows=[flows alive at once; more end the ones idle longest, counted; 0\: as many as --memory allows \[0\]]:N: ' \
            '--memory=[memory for flows; more end the ones idle longest, counted \[2G\]]:SIZE: ' \
            '(-j --jobs)'{-j+,--jobs=}'[processors to use\: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same \[2\]]:N: ' \
            '--progress=[a line on standard error that tells how far the captures are read\: auto means on a terminal, and not when standard output goes to another program \[auto\]]:WHEN:(auto always never)' \
            '--no-contain[detect in the process that reads the captures\: a fault of nDPI then ends the program]' \
            '--no-sandbox[let the program open any file and make any system call, whatever is in the captures]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:CAPTURE...:_files' \
            && ret=0
        ;;
    explain)
        _arguments -s -S : \
            '--flow=[which flow\: its flow_id, its Community ID, or its ends as SRC\:PORT-DST\:PORT, IPv6 as \[SRC\]\:PORT; of several that match the first, and the others are named]:FLOW: ' \
            '--json[the same as one JSON object]' \
            '(-f --filter)'{-f+,--filter=}'[only packets that match, as in tcpdump (pcap-filter(7))]:BPF: ' \
            '--after=[only packets of that time or later\: 2026-11-21T09\:11\:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970]:TIME: ' \
            '--before=[only packets earlier than that time]:TIME: ' \
            '--first=[stop after so many packets, whatever they are]:N: ' \
            '*--home-net=[a network of one'\''s own, as 10.0.0.0/8 or fd00\:\:/8; may be given several times; the field direction tells outbound, inbound, internal and external by them]:PREFIX: ' \
            '--idle-timeout=[end a flow after this long without a packet, by packet time; 0\: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer]:TIME: ' \
            '--active-timeout=[end the record of a flow after this long and begin another; unless given never]:TIME: ' \
            '--conversations[one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count\: no timeouts, no new flow on a new SYN, all ICMP of two hosts together]' \
            '--ignore-vlan[packets in different VLANs may belong to one flow]' \
            '--tunnels=[tunnels to look into\: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself\: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp \[all\]]:KINDS: _values -s , tunnels all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp' \
            '*'{-r+,--rules=}'[name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)]:PATH:_files' \
            '--no-default-rules[do not use the rules that are shipped with the program]' \
            '--no-reassembly[detect in packets as they were captured\: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too]' \
            '--dns-hints=[begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end]:FILE:_files' \
            '--no-guess[do not guess by port or address what the payload does not tell]' \
            '*--disable-protocol=[a protocol or application of nDPI'\''s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them]:NAME: ' \
            '--community-id-seed=[seed of the Community ID \[0\]]:N: ' \
            '--max-input=[bytes that one compressed capture may inflate to; what is behind is not read \[256G\]]:SIZE: ' \
            '--resync[where a capture is damaged, go on at the next sound packet; each gap is told]' \
            '--max-flows=[flows alive at once; more end the ones idle longest, counted; 0\: as many as --memory allows \[0\]]:N: ' \
            '--memory=[memory for flows; more end the ones idle longest, counted \[2G\]]:SIZE: ' \
            '(-j --jobs)'{-j+,--jobs=}'[processors to use\: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same \[2\]]:N: ' \
            '--progress=[a line on standard error that tells how far the captures are read\: auto means on a terminal, and not when standard output goes to another program \[auto\]]:WHEN:(auto always never)' \
            '--no-contain[detect in the process that reads the captures\: a fault of nDPI then ends the program]' \
            '--no-sandbox[let the program open any file and make any system call, whatever is in the captures]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:CAPTURE...:_files' \
            && ret=0
        ;;
    unknown)
        _arguments -s -S : \
            '(-o --output)'{-o+,--output=}'[also write the profile of each group to a folder of its own in that folder\: profile.txt, profile.json]:FOLDER:_files' \
            '--scaffold=[also write to that folder, for each group with enough structure, a signature, a capture, a dissector for Wireshark and two for nDPI; what is written is tried before, on captures that are read a third time; README.txt says how they did, and why other groups have none]:FOLDER:_files' \
            '--force[let --output and --scaffold write to folders that are not empty\: files of an earlier run in them are replaced; for --scaffold, one with the name of such a file that is not of an earlier run is refused]' \
            '--no-tshark[do not try dissectors for Wireshark by tshark, which is started when it is installed, in a sandbox]' \
            '--tshark-groups=[try dissectors of so many groups at most, the largest ones; those that were not tried say so \[40\]]:N: ' \
            '--json[write one JSON object a line and group instead of text]' \
            '--payload-only[group by payload alone\: that flows have the same server port does not speak for one protocol]' \
            '--by-port[a group for each transport and server port, whatever the payload]' \
            '--unknown-include=[guessed\: take flows for unknown, too, that were only guessed by port or address \[none\]]:WHAT:(none guessed)' \
            '--where=[look at the flows that match instead, known or not, as in '\''dst_port == 7001'\''; see EXPRESSIONS in dpitool(1)]:EXPR: ' \
            '--group-flows=[look at so many flows at most, the first ones \[20000\]]:N: ' \
            '(-f --filter)'{-f+,--filter=}'[only packets that match, as in tcpdump (pcap-filter(7))]:BPF: ' \
            '--after=[only packets of that time or later\: 2026-11-21T09\:11\:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970]:TIME: ' \
            '--before=[only packets earlier than that time]:TIME: ' \
            '--first=[stop after so many packets, whatever they are]:N: ' \
            '*--home-net=[a network of one'\''s own, as 10.0.0.0/8 or fd00\:\:/8; may be given several times; the field direction tells outbound, inbound, internal and external by them]:PREFIX: ' \
            '--idle-timeout=[end a flow after this long without a packet, by packet time; 0\: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer]:TIME: ' \
            '--active-timeout=[end the record of a flow after this long and begin another; unless given never]:TIME: ' \
            '--conversations[one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count\: no timeouts, no new flow on a new SYN, all ICMP of two hosts together]' \
            '--ignore-vlan[packets in different VLANs may belong to one flow]' \
            '--tunnels=[tunnels to look into\: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself\: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp \[all\]]:KINDS: _values -s , tunnels all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp' \
            '*'{-r+,--rules=}'[name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)]:PATH:_files' \
            '--no-default-rules[do not use the rules that are shipped with the program]' \
            '--no-reassembly[detect in packets as they were captured\: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too]' \
            '--dns-hints=[begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end]:FILE:_files' \
            '--no-guess[do not guess by port or address what the payload does not tell]' \
            '*--disable-protocol=[a protocol or application of nDPI'\''s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them]:NAME: ' \
            '--community-id-seed=[seed of the Community ID \[0\]]:N: ' \
            '--max-input=[bytes that one compressed capture may inflate to; what is behind is not read \[256G\]]:SIZE: ' \
            '--resync[where a capture is damaged, go on at the next sound packet; each gap is told]' \
            '--max-flows=[flows alive at once; more end the ones idle longest, counted; 0\: as many as --memory allows \[0\]]:N: ' \
            '--memory=[memory for flows; more end the ones idle longest, counted \[2G\]]:SIZE: ' \
            '(-j --jobs)'{-j+,--jobs=}'[processors to use\: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same \[2\]]:N: ' \
            '--progress=[a line on standard error that tells how far the captures are read\: auto means on a terminal, and not when standard output goes to another program \[auto\]]:WHEN:(auto always never)' \
            '--no-contain[detect in the process that reads the captures\: a fault of nDPI then ends the program]' \
            '--no-sandbox[let the program open any file and make any system call, whatever is in the captures]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:CAPTURE...:_files' \
            && ret=0
        ;;
    rules)
        _arguments -s -S : \
            '*'{-r+,--rules=}'[test, list\: also with this rule file, or the files of this folder that end in .yaml; may be given several times]:PATH:_files' \
            '--no-default-rules[test, list\: without the rules that are shipped with the program]' \
            '--strict[check\: warnings are errors, and every application needs a source]' \
            '(-o --output)'{-o+,--output=}'[list\: how \[table\]]:FORMAT:(table csv json)' \
            '--transport=[test\: what a port is of \[tcp\]]:TRANSPORT:(tcp udp sctp)' \
            '--protocol=[test\: the protocol of the flow, such as TLS]:PROTOCOL: ' \
            '*--payload=[test\: ask signatures instead, for a flow that begins with this message; may be given several times, for several messages in order]:HEX: ' \
            '--port=[test\: the server'\''s port of the flow with --payload]:N: ' \
            '--direction=[test\: who sends what --payload gives \[client\]]:SIDE:(client server both)' \
            '--id=[import\: the application of hosts that stand alone, in hosts files and lists; unless given imported]:ID: ' \
            '--category=[import\: the category of applications whose own is not known \[web\]]:CATEGORY:(advertising ai analytics business cdn cloud conferencing crypto developer education email finance gaming government health iot messaging music network news payment productivity remote-access resolver search security shopping social storage telemetry travel update video vpn web)' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '1:action:(check test list import)' \
            '*:file:_files' \
            && ret=0
        ;;
    diff)
        _arguments -s -S : \
            '--fields=[compare only these; unless given all but flow_id, capture, interface and first_packet]:A,B,C:_dpitool_fields' \
            '--ignore=[do not compare these; a column that this version does not know, too]:A,B,C:_dpitool_fields' \
            '*--tolerance=[values so near each other are equal\: 5% for every count and length of time, or of one field, as in bytes_total=64k, duration=1%, first_seen=1ms; may be given several times]:[FIELD=]VALUE: ' \
            '--format=[text for people, json for programs, junit (XML) for CI \[text\]]:FORMAT:(text json junit)' \
            '--csv-raw[CSV was written with --csv-raw\: its texts are taken as they are]' \
            '--old-summary=[the summary-json of the run that made OLD, which tells the versions]:PATH:_files' \
            '--new-summary=[the same of NEW]:PATH:_files' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:OLD NEW:_files' \
            && ret=0
        ;;
    test)
        _arguments -s -S : \
            '--format=[text for people, tap (13) or junit (XML) for CI \[text\]]:FORMAT:(text tap junit)' \
            '(-u --update)'{-u,--update}'[write expected results that differ anew, and NAME.expected.json for captures without any expectation; to be used after a look. Assertions are never written]' \
            '(-f --filter)'{-f+,--filter=}'[only packets that match, as in tcpdump (pcap-filter(7))]:BPF: ' \
            '--after=[only packets of that time or later\: 2026-11-21T09\:11\:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970]:TIME: ' \
            '--before=[only packets earlier than that time]:TIME: ' \
            '--first=[stop after so many packets, whatever they are]:N: ' \
            '*--home-net=[a network of one'\''s own, as 10.0.0.0/8 or fd00\:\:/8; may be given several times; the field direction tells outbound, inbound, internal and external by them]:PREFIX: ' \
            '--idle-timeout=[end a flow after this long without a packet, by packet time; 0\: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer]:TIME: ' \
            '--active-timeout=[end the record of a flow after this long and begin another; unless given never]:TIME: ' \
            '--conversations[one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count\: no timeouts, no new flow on a new SYN, all ICMP of two hosts together]' \
            '--ignore-vlan[packets in different VLANs may belong to one flow]' \
            '--tunnels=[tunnels to look into\: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself\: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp \[all\]]:KINDS: _values -s , tunnels all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp' \
            '*'{-r+,--rules=}'[name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)]:PATH:_files' \
            '--no-default-rules[do not use the rules that are shipped with the program]' \
            '--no-reassembly[detect in packets as they were captured\: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too]' \
            '--dns-hints=[begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end]:FILE:_files' \
            '--no-guess[do not guess by port or address what the payload does not tell]' \
            '*--disable-protocol=[a protocol or application of nDPI'\''s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them]:NAME: ' \
            '--community-id-seed=[seed of the Community ID \[0\]]:N: ' \
            '--max-input=[bytes that one compressed capture may inflate to; what is behind is not read \[256G\]]:SIZE: ' \
            '--resync[where a capture is damaged, go on at the next sound packet; each gap is told]' \
            '--max-flows=[flows alive at once; more end the ones idle longest, counted; 0\: as many as --memory allows \[0\]]:N: ' \
            '--memory=[memory for flows; more end the ones idle longest, counted \[2G\]]:SIZE: ' \
            '(-j --jobs)'{-j+,--jobs=}'[processors to use\: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same \[2\]]:N: ' \
            '--progress=[a line on standard error that tells how far the captures are read\: auto means on a terminal, and not when standard output goes to another program \[auto\]]:WHEN:(auto always never)' \
            '--no-contain[detect in the process that reads the captures\: a fault of nDPI then ends the program]' \
            '--no-sandbox[let the program open any file and make any system call, whatever is in the captures]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            '*:DIR [NAME...]:_files' \
            && ret=0
        ;;
    protocols)
        _arguments -s -S : \
            '--json[as JSON]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            && ret=0
        ;;
    fields)
        _arguments -s -S : \
            '--json[as JSON]' \
            '--json-schema[the JSON Schema of what classify -o json writes]' \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            && ret=0
        ;;
    version)
        _arguments -s -S : \
            '(- *)'{-h,--help}'[tell how the command is used, and do nothing else]' \
            && ret=0
        ;;
    esac
    return ret
}

_dpitool "$@"
