# SPDX-License-Identifier: BSD-2-Clause
# dpitool.fish - completion for fish. Made from the program's tables; to change it, see man/shells.c.

# Whether the command before the cursor is this one; '' means that none was given yet.
function __dpitool_in
    set -l words (commandline -opc)
    test "$words[2]" = "$argv[1]"
end

function __dpitool_commands
    printf '%s\t%s\n' \
        classify 'tell what is in captures: flows, protocols, applications, every packet accounted for' \
        extract 'write the packets of chosen flows to a capture, untouched' \
        follow 'show what the two ends of a flow said: TCP reassembled, all else in order' \
        explain 'show how a flow got its label: what nDPI was shown, packet by packet, and what it said' \
        unknown 'describe the flows that nothing recognises: likely protocols, fields, what to capture next' \
        rules 'check and list rules, ask what a name or address matches, convert others\' rules' \
        diff 'tell which flows changed between two results, and how' \
        test 'run a suite: captures in a folder, and what is expected of them' \
        protocols 'list what can be detected' \
        fields 'tell what every field of a flow record means' \
        version 'tell the versions of dpitool and of the libraries it runs with' \

end

function __dpitool_field
    printf '%s\t%s\n' \
        type 'What this record is: always flow' \
        flow_id '1, 2, 3 ... in the order in which flows began' \
        community_id 'Community ID version 1 of the addresses, ports and transport; absent for transports it does not define' \
        capture 'The capture that holds the first packet, as it was named on the command line; - is standard input' \
        interface 'The interface of the first packet: its name in the pcapng file, else its number; absent in classic pcap' \
        first_packet 'Number of the first packet of the flow, counted from 1 over all packets read' \
        first_seen 'Time of the earliest packet as captured, RFC 3339 in UTC with nanoseconds' \
        last_seen 'Time of the latest packet as captured' \
        duration 'last_seen minus first_seen' \
        transport 'TCP, UDP, SCTP, ICMP, ICMPv6, or the IANA name or number of the IP protocol' \
        src_ip 'Address of the client: who sent the SYN; else what a SYN-ACK, a multicast address or the ports say; else who sent first' \
        src_port 'Port of the client' \
        dst_ip 'Address of the server' \
        dst_port 'Port of the server' \
        src_name 'Name that the capture itself has for the client\'s address (pcapng name resolution)' \
        dst_name 'Name that the capture itself has for the server\'s address' \
        src_mac 'Link layer address of the client\'s first packet' \
        dst_mac 'Link layer address of the server\'s first packet, else where the client\'s first packet went' \
        direction 'outbound, inbound, internal or external: whether client and server are in --home-net; absent without it' \
        icmp_type 'ICMP type of the client\'s messages' \
        icmp_code 'ICMP code of the first packet' \
        vlan 'Innermost VLAN id, in front of a tunnel or in it' \
        mpls 'MPLS labels of the first packet, outermost first, at most 8' \
        tunnel 'Tunnel layers around the flow, outermost first, as kind(address-address), or kind(address-address,vni=number) where there is a virtual network' \
        tunnel_id 'Numbers of tunnels that differ by direction, of the first packet each way: src:kind.name=number around what the client sent, dst: around what the server sent. gre.key, gtp.teid, pptp.call, erspan.session, l2tp.session; that of L2TP version 2 is tunnel/session' \
        protocol 'What the flow speaks: TLS, QUIC, DNS ...; Unknown when nothing recognised it' \
        application 'What runs on it: Netflix, Telegram ..., as a rule says, else nDPI; absent when nothing names one' \
        category 'Category of the application, else of the protocol' \
        ndpi_label 'nDPI\'s own label, Master.App, unchanged' \
        confidence 'How nDPI came to its label, in its own words' \
        classified_by 'What named the protocol: dpi, dpi-cache, dpi-partial, signature, ip, port or none' \
        application_by 'What named the application: of a rule sni, http-host, dns, host, certificate, dns-hint, ja3, ja4, ip, port or protocol, what it was found by; ndpi, or ip or port when nDPI only guessed it' \
        rule 'The rule that named the application, or the signature that named the protocol, as FILE:ID; both with ; between; absent when none did' \
        packets_src 'Packets sent by the client' \
        packets_dst 'Packets sent by the server' \
        packets_total 'Packets in both directions' \
        bytes_src 'Bytes sent by the client, IP header and what it carries' \
        bytes_dst 'Bytes sent by the server, IP header and what it carries' \
        bytes_total 'Bytes in both directions, IP header and what it carries' \
        frame_bytes_src 'Bytes of the client\'s frames as they were on the wire, link header included' \
        frame_bytes_dst 'Bytes of the server\'s frames as they were on the wire, link header included' \
        frame_bytes_total 'Bytes of the frames of both directions as they were on the wire' \
        payload_src 'Bytes behind the transport header sent by the client' \
        payload_dst 'Bytes behind the transport header sent by the server' \
        payload_total 'Bytes behind the transport header in both directions' \
        tcp_flags_src 'TCP flags that the client ever set, of the letters CEUAPRSF' \
        tcp_flags_dst 'TCP flags that the server ever set, of the letters CEUAPRSF' \
        tcp_state 'How far the TCP connection came: syn-sent, syn-received, established, half-closed, closed, reset, or refused when the SYN was answered by a reset' \
        retransmits 'TCP packets that brought nothing new' \
        out_of_order 'TCP packets that brought what was missing before, so came later than they should have' \
        gap_bytes 'Bytes that were sent, by the TCP sequence numbers behind them, but not captured' \
        duplicates 'Packets captured once more within the last few, the same to the byte: counted above, not shown to detection' \
        ttl_src 'TTL or hop limit of the client\'s first packet' \
        ttl_dst 'TTL or hop limit of the server\'s first packet' \
        end_reason 'Why the record ends here: see REASONS' \
        flags 'What is special about the flow: see FLAGS' \
        hostname 'Name of the server the client asked for, as it was sent: TLS server name, HTTP host, first DNS question, DHCP host; else the one that nDPI found, in lower case: QUIC server name ...' \
        names 'All names of the flow, as they were sent: TLS server name, HTTP hosts, DNS questions, names in the server\'s certificate, DHCP hosts, and what nDPI found beside them' \
        dns_hint 'What was asked of the DNS when the server\'s address was the answer: by the same client, else by all that asked' \
        hint_packet 'Number of the packet that told dns_hint; absent when an earlier run did (--dns-hints)' \
        tls_version 'TLS version of the server\'s hello, else of the client\'s' \
        tls_supported_versions 'TLS versions the client offers' \
        tls_alpn 'Application protocols the client offers in TLS or QUIC (ALPN)' \
        tls_cipher 'Cipher suite the server chose' \
        tls_cipher_strength 'weak or insecure when nDPI says so of the chosen cipher suite' \
        tls_server_names 'Names in the server\'s certificate: all of subjectAltName, and the common name' \
        tls_issuer 'Issuer of the server\'s certificate' \
        tls_subject 'Subject of the server\'s certificate' \
        tls_not_before 'The certificate is valid from then on, RFC 3339 in UTC' \
        tls_not_after 'The certificate is valid until then, RFC 3339 in UTC' \
        tls_cert_sha1 'SHA-1 of the server\'s certificate, hexadecimal' \
        tls_esni 'Encrypted server name indication of the client, hexadecimal; nDPI up to 4.10' \
        tls_ech 'outer when the TLS client sends an encrypted ClientHello beside, or pretends to; inner in one that is decrypted' \
        tls_browser 'Browser that nDPI takes the TLS client for' \
        ja3 'JA3 fingerprint of the TLS client; nDPI up to 4.10' \
        ja3s 'JA3S fingerprint of the TLS server' \
        ja4 'JA4 fingerprint of the TLS client; nDPI 4.10 or later' \
        quic_version 'QUIC version; nDPI 4.8 or later' \
        http_method 'HTTP method of the request' \
        http_url 'Host and path of the request' \
        http_status 'Status code of the response' \
        http_user_agent 'User-Agent of the request' \
        http_content_type 'Content-Type of the response' \
        http_request_content_type 'Content-Type of the request' \
        http_server 'Server of the response; nDPI 4.6 or later' \
        http_detected_os 'Operating system that nDPI reads from the User-Agent' \
        http_nat_ip 'Address in a forwarding header of the request' \
        dns_queries 'Number of queries in the last reply' \
        dns_answers 'Number of answers in the last reply' \
        dns_reply_code 'Reply code of the response' \
        dns_query_type 'Type of the query' \
        dns_response_type 'Type of the first answer that is no CNAME' \
        dns_address 'Addresses in the answers' \
        dns_cname 'Names that answers say are the canonical ones of others' \
        ssh_client 'Identification string of the SSH client' \
        ssh_server 'Identification string of the SSH server' \
        hassh 'HASSH fingerprint of the SSH client' \
        hassh_server 'HASSH fingerprint of the SSH server' \
        dhcp_fingerprint 'Options the DHCP client asks for' \
        dhcp_class 'Vendor class of the DHCP client' \
        bittorrent_hash 'Info hash, hexadecimal' \
        user 'User name of FTP, IMAP, POP, SMTP, Telnet or Kerberos; passwords are never kept' \
        login_failed 'yes when FTP, IMAP, POP or SMTP refused the login' \
        kerberos_host 'Host name in Kerberos' \
        kerberos_domain 'Realm in Kerberos' \
        ntp_version 'NTP version; nDPI up to 4.14' \
        ntp_request_code 'Request code of private NTP messages; nDPI up to 4.14' \
        risks 'What nDPI finds risky about the flow, by name' \
        risk_score 'nDPI\'s score of the risks; not comparable between nDPI versions' \

end

# What is typed of the value of an option: behind --option= or -o where they are one word.
function __dpitool_value
    commandline -ct | string replace -r -- '^(--[a-z-]+=|-[a-zA-Z])' ''
end

# A field behind those that are typed already.
function __dpitool_fields
    set -l list (__dpitool_value | string match -r -- '.*,')
    for field in (__dpitool_field)
        echo -- "$list$field"
    end
end

# One of the words given behind those that are typed already.
function __dpitool_set
    set -l list (__dpitool_value | string match -r -- '.*,')
    for word in $argv
        echo -- "$list$word"
    end
end

# FORMAT, or FORMAT:PATH
function __dpitool_output
    set -l value (__dpitool_value)
    set -l format (string match -r -- '^[a-z-]+:' $value)
    if test -z "$format"
        printf '%s\t%s\n' \
        table 'aligned columns for a screen' \
        csv 'RFC 4180 with a header, one line a flow' \
        json 'one JSON object a line and flow' \
        summary 'what was read, protocols, applications, hosts and warnings on one screen' \
        summary-json 'the summary as one JSON object' \
        unknown 'a folder with a capture for each flow without a label, and index.csv and index.json' \

        return
    end
    for path in (__fish_complete_path (string replace -- $format '' $value))
        echo -- "$format$path"
    end
end

complete -c dpitool -f
complete -c dpitool -n '__dpitool_in ""' -a '(__dpitool_commands)'
complete -c dpitool -n '__dpitool_in help' -a '(__dpitool_commands)'
complete -c dpitool -n '__dpitool_in ""' -s V -l version -d 'the same as the command version'
complete -c dpitool -n '__dpitool_in ""' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in classify' -s o -l output -x -a '(__dpitool_output)' -d 'write table, csv, json (one object a line), summary or summary-json; may be given several times; without PATH or with - on standard output, which one format may have; unknown:FOLDER writes captures of the flows without a label; without -o: the summary and the largest flows'
complete -c dpitool -n '__dpitool_in classify' -l fields -x -a '(__dpitool_fields)' -d 'columns of table, csv and json, in this order; dpitool fields lists them'
complete -c dpitool -n '__dpitool_in classify' -l csv-delimiter -x -d 'what stands between the cells of csv: a character, or comma, semicolon, tab, pipe or space; unless given a comma'
complete -c dpitool -n '__dpitool_in classify' -l csv-bom -d 'begin csv with a byte order mark, for programs that else do not take it for UTF-8'
complete -c dpitool -n '__dpitool_in classify' -l csv-raw -d 'write texts to csv as they are: what a spreadsheet takes for a formula is not defused, and line ends and control characters are not escaped; only bytes that are not UTF-8 become U+FFFD'
complete -c dpitool -n '__dpitool_in classify' -l where -x -d 'only flows that match, as in \'protocol == "TLS" and bytes_total > 1M\'; see EXPRESSIONS in dpitool(1)'
complete -c dpitool -n '__dpitool_in classify' -l top -x -d 'table: only the N largest flows; 20 on the default screen'
complete -c dpitool -n '__dpitool_in classify' -l sort -x -a '(__dpitool_field)' -d 'what is largest for --top: any field; bytes_total unless given'
complete -c dpitool -n '__dpitool_in classify' -l all -d 'default screen: all flows as they end, then the summary'
complete -c dpitool -n '__dpitool_in classify' -l unknown-packets -x -d 'unknown:FOLDER: only the first N packets of a flow; 0: all [10]'
complete -c dpitool -n '__dpitool_in classify' -l unknown-include -x -a 'unknown guessed' -d 'unknown:FOLDER: guessed takes flows, too, of which the port or an address gave the label [unknown]'
complete -c dpitool -n '__dpitool_in classify' -l unknown-spool -x -d 'unknown:FOLDER: room in a temporary file for packets that --memory has no room for; what is more is lost, counted; 0: no bound [4G]'
complete -c dpitool -n '__dpitool_in classify' -l crash-dir -r -F -d 'keep captures of the flows that nDPI crashed or hung at, with the packets until there and a few behind, and an index as unknown:FOLDER has it'
complete -c dpitool -n '__dpitool_in classify' -l force -d 'unknown:FOLDER, --crash-dir: use a folder that is not empty; the files of an earlier run in it are removed'
complete -c dpitool -n '__dpitool_in classify' -l independent -d 'take each capture as if it were the only one, --jobs of them at a time: --memory, --max-flows, --first, flow_id and first_packet are for each; records come by the order of the captures'
complete -c dpitool -n '__dpitool_in classify' -l rule-stats -d 'tell on standard error how many flows each rule named, and which rules named none'
complete -c dpitool -n '__dpitool_in classify' -l stats -d 'tell on standard error how many flows there were at once, what was shown to the detector, and what they cost of --memory'
complete -c dpitool -n '__dpitool_in classify' -l width -x -d 'width of table and summary; unless given that of the terminal, no limit in files and pipes'
complete -c dpitool -n '__dpitool_in classify' -l color -x -a 'auto always never' -d 'colours: auto means on a terminal and without NO_COLOR [auto]'
complete -c dpitool -n '__dpitool_in classify' -s f -l filter -x -d 'only packets that match, as in tcpdump (pcap-filter(7))'
complete -c dpitool -n '__dpitool_in classify' -l after -x -d 'only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970'
complete -c dpitool -n '__dpitool_in classify' -l before -x -d 'only packets earlier than that time'
complete -c dpitool -n '__dpitool_in classify' -l first -x -d 'stop after so many packets, whatever they are'
complete -c dpitool -n '__dpitool_in classify' -l home-net -x -d 'a network of one\'s own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction tells outbound, inbound, internal and external by them'
complete -c dpitool -n '__dpitool_in classify' -l idle-timeout -x -d 'end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer'
complete -c dpitool -n '__dpitool_in classify' -l active-timeout -x -d 'end the record of a flow after this long and begin another; unless given never'
complete -c dpitool -n '__dpitool_in classify' -l conversations -d 'one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: no timeouts, no new flow on a new SYN, all ICMP of two hosts together'
complete -c dpitool -n '__dpitool_in classify' -l ignore-vlan -d 'packets in different VLANs may belong to one flow'
complete -c dpitool -n '__dpitool_in classify' -l tunnels -x -a '(__dpitool_set all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp)' -d 'tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp [all]'
complete -c dpitool -n '__dpitool_in classify' -s r -l rules -r -F -d 'name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)'
complete -c dpitool -n '__dpitool_in classify' -l no-default-rules -d 'do not use the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in classify' -l no-reassembly -d 'detect in packets as they were captured: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too'
complete -c dpitool -n '__dpitool_in classify' -l dns-hints -r -F -d 'begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end'
complete -c dpitool -n '__dpitool_in classify' -l no-guess -d 'do not guess by port or address what the payload does not tell'
complete -c dpitool -n '__dpitool_in classify' -l disable-protocol -x -d 'a protocol or application of nDPI\'s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them'
complete -c dpitool -n '__dpitool_in classify' -l community-id-seed -x -d 'seed of the Community ID [0]'
complete -c dpitool -n '__dpitool_in classify' -l max-input -x -d 'bytes that one compressed capture may inflate to; what is behind is not read [256G]'
complete -c dpitool -n '__dpitool_in classify' -l resync -d 'where a capture is damaged, go on at the next sound packet; each gap is told'
complete -c dpitool -n '__dpitool_in classify' -l max-flows -x -d 'flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows [0]'
complete -c dpitool -n '__dpitool_in classify' -l memory -x -d 'memory for flows; more end the ones idle longest, counted [2G]'
complete -c dpitool -n '__dpitool_in classify' -s j -l jobs -x -d 'processors to use: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same [2]'
complete -c dpitool -n '__dpitool_in classify' -l progress -x -a 'auto always never' -d 'a line on standard error that tells how far the captures are read: auto means on a terminal, and not when standard output goes to another program [auto]'
complete -c dpitool -n '__dpitool_in classify' -l no-contain -d 'detect in the process that reads the captures: a fault of nDPI then ends the program'
complete -c dpitool -n '__dpitool_in classify' -l no-sandbox -d 'let the program open any file and make any system call, whatever is in the captures'
complete -c dpitool -n '__dpitool_in classify' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in classify' -F
complete -c dpitool -n '__dpitool_in extract' -s w -l write -r -F -d 'the capture that is written; - is standard output'
complete -c dpitool -n '__dpitool_in extract' -l split -r -F -d 'write a capture for each flow into a folder instead, as flow-000042-tcp-443.pcap: flow_id, transport, port of the server'
complete -c dpitool -n '__dpitool_in extract' -l where -x -d 'only flows that match, as in \'protocol == "TLS" and bytes_total > 1M\'; see EXPRESSIONS in dpitool(1)'
complete -c dpitool -n '__dpitool_in extract' -l flow -x -d 'only this flow: a flow_id, a Community ID, or SRC:PORT-DST:PORT, IPv6 as [SRC]:PORT; may be given several times'
complete -c dpitool -n '__dpitool_in extract' -l all -d 'keep the packets that are in no flow, too, whatever --where and --flow say'
complete -c dpitool -n '__dpitool_in extract' -l format -x -a 'auto pcap pcapng' -d 'auto goes by the name of the capture that is written, else takes pcapng where an input is that or link types are mixed, which pcap cannot hold [auto]'
complete -c dpitool -n '__dpitool_in extract' -s f -l filter -x -d 'only packets that match, as in tcpdump (pcap-filter(7))'
complete -c dpitool -n '__dpitool_in extract' -l after -x -d 'only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970'
complete -c dpitool -n '__dpitool_in extract' -l before -x -d 'only packets earlier than that time'
complete -c dpitool -n '__dpitool_in extract' -l first -x -d 'stop after so many packets, whatever they are'
complete -c dpitool -n '__dpitool_in extract' -l home-net -x -d 'a network of one\'s own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction tells outbound, inbound, internal and external by them'
complete -c dpitool -n '__dpitool_in extract' -l idle-timeout -x -d 'end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer'
complete -c dpitool -n '__dpitool_in extract' -l active-timeout -x -d 'end the record of a flow after this long and begin another; unless given never'
complete -c dpitool -n '__dpitool_in extract' -l conversations -d 'one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: no timeouts, no new flow on a new SYN, all ICMP of two hosts together'
complete -c dpitool -n '__dpitool_in extract' -l ignore-vlan -d 'packets in different VLANs may belong to one flow'
complete -c dpitool -n '__dpitool_in extract' -l tunnels -x -a '(__dpitool_set all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp)' -d 'tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp [all]'
complete -c dpitool -n '__dpitool_in extract' -s r -l rules -r -F -d 'name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)'
complete -c dpitool -n '__dpitool_in extract' -l no-default-rules -d 'do not use the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in extract' -l no-reassembly -d 'detect in packets as they were captured: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too'
complete -c dpitool -n '__dpitool_in extract' -l dns-hints -r -F -d 'begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end'
complete -c dpitool -n '__dpitool_in extract' -l no-guess -d 'do not guess by port or address what the payload does not tell'
complete -c dpitool -n '__dpitool_in extract' -l disable-protocol -x -d 'a protocol or application of nDPI\'s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them'
complete -c dpitool -n '__dpitool_in extract' -l community-id-seed -x -d 'seed of the Community ID [0]'
complete -c dpitool -n '__dpitool_in extract' -l max-input -x -d 'bytes that one compressed capture may inflate to; what is behind is not read [256G]'
complete -c dpitool -n '__dpitool_in extract' -l resync -d 'where a capture is damaged, go on at the next sound packet; each gap is told'
complete -c dpitool -n '__dpitool_in extract' -l max-flows -x -d 'flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows [0]'
complete -c dpitool -n '__dpitool_in extract' -l memory -x -d 'memory for flows; more end the ones idle longest, counted [2G]'
complete -c dpitool -n '__dpitool_in extract' -s j -l jobs -x -d 'processors to use: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same [2]'
complete -c dpitool -n '__dpitool_in extract' -l progress -x -a 'auto always never' -d 'a line on standard error that tells how far the captures are read: auto means on a terminal, and not when standard output goes to another program [auto]'
complete -c dpitool -n '__dpitool_in extract' -l no-contain -d 'detect in the process that reads the captures: a fault of nDPI then ends the program'
complete -c dpitool -n '__dpitool_in extract' -l no-sandbox -d 'let the program open any file and make any system call, whatever is in the captures'
complete -c dpitool -n '__dpitool_in extract' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in extract' -F
complete -c dpitool -n '__dpitool_in follow' -l flow -x -d 'which flow: its flow_id, its Community ID, or its ends as SRC:PORT-DST:PORT, IPv6 as [SRC]:PORT; of several that match the first, and the others are named'
complete -c dpitool -n '__dpitool_in follow' -l direction -x -a 'both client server' -d 'only what the client or the server sent [both]'
complete -c dpitool -n '__dpitool_in follow' -l as -x -a 'auto ascii hex raw yaml' -d 'text with a dot for what cannot be shown, a dump, the bytes themselves (not to a terminal), or YAML; auto is raw with --write, else ascii [auto]'
complete -c dpitool -n '__dpitool_in follow' -s w -l write -r -F -d 'write to PATH-client.bin and PATH-server.bin instead of standard output; .txt and .yaml by --as'
complete -c dpitool -n '__dpitool_in follow' -s f -l filter -x -d 'only packets that match, as in tcpdump (pcap-filter(7))'
complete -c dpitool -n '__dpitool_in follow' -l after -x -d 'only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970'
complete -c dpitool -n '__dpitool_in follow' -l before -x -d 'only packets earlier than that time'
complete -c dpitool -n '__dpitool_in follow' -l first -x -d 'stop after so many packets, whatever they are'
complete -c dpitool -n '__dpitool_in follow' -l home-net -x -d 'a network of one\'s own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction tells outbound, inbound, internal and external by them'
complete -c dpitool -n '__dpitool_in follow' -l idle-timeout -x -d 'end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer'
complete -c dpitool -n '__dpitool_in follow' -l active-timeout -x -d 'end the record of a flow after this long and begin another; unless given never'
complete -c dpitool -n '__dpitool_in follow' -l conversations -d 'one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: no timeouts, no new flow on a new SYN, all ICMP of two hosts together'
complete -c dpitool -n '__dpitool_in follow' -l ignore-vlan -d 'packets in different VLANs may belong to one flow'
complete -c dpitool -n '__dpitool_in follow' -l tunnels -x -a '(__dpitool_set all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp)' -d 'tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp [all]'
complete -c dpitool -n '__dpitool_in follow' -s r -l rules -r -F -d 'name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)'
complete -c dpitool -n '__dpitool_in follow' -l no-default-rules -d 'do not use the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in follow' -l no-reassembly -d 'detect in packets as they were captured: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too'
complete -c dpitool -n '__dpitool_in follow' -l dns-hints -r -F -d 'begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end'
complete -c dpitool -n '__dpitool_in follow' -l no-guess -d 'do not guess by port or address what the payload does not tell'
complete -c dpitool -n '__dpitool_in follow' -l disable-protocol -x -d 'a protocol or application of nDPI\'s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them'
complete -c dpitool -n '__dpitool_in follow' -l community-id-seed -x -d 'seed of the Community ID [0]'
complete -c dpitool -n '__dpitool_in follow' -l max-input -x -d 'bytes that one compressed capture may inflate to; what is behind is not read [256G]'
complete -c dpitool -n '__dpitool_in follow' -l resync -d 'where a capture is damaged, go on at the next sound packet; each gap is told'
complete -c dpitool -n '__dpitool_in follow' -l max-flows -x -d 'flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows [0]'
complete -c dpitool -n '__dpitool_in follow' -l memory -x -d 'memory for flows; more end the ones idle longest, counted [2G]'
complete -c dpitool -n '__dpitool_in follow' -s j -l jobs -x -d 'processors to use: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same [2]'
complete -c dpitool -n '__dpitool_in follow' -l progress -x -a 'auto always never' -d 'a line on standard error that tells how far the captures are read: auto means on a terminal, and not when standard output goes to another program [auto]'
complete -c dpitool -n '__dpitool_in follow' -l no-contain -d 'detect in the process that reads the captures: a fault of nDPI then ends the program'
complete -c dpitool -n '__dpitool_in follow' -l no-sandbox -d 'let the program open any file and make any system call, whatever is in the captures'
complete -c dpitool -n '__dpitool_in follow' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in follow' -F
complete -c dpitool -n '__dpitool_in explain' -l flow -x -d 'which flow: its flow_id, its Community ID, or its ends as SRC:PORT-DST:PORT, IPv6 as [SRC]:PORT; of several that match the first, and the others are named'
complete -c dpitool -n '__dpitool_in explain' -l json -d 'the same as one JSON object'
complete -c dpitool -n '__dpitool_in explain' -s f -l filter -x -d 'only packets that match, as in tcpdump (pcap-filter(7))'
complete -c dpitool -n '__dpitool_in explain' -l after -x -d 'only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970'
complete -c dpitool -n '__dpitool_in explain' -l before -x -d 'only packets earlier than that time'
complete -c dpitool -n '__dpitool_in explain' -l first -x -d 'stop after so many packets, whatever they are'
complete -c dpitool -n '__dpitool_in explain' -l home-net -x -d 'a network of one\'s own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction tells outbound, inbound, internal and external by them'
complete -c dpitool -n '__dpitool_in explain' -l idle-timeout -x -d 'end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer'
complete -c dpitool -n '__dpitool_in explain' -l active-timeout -x -d 'end the record of a flow after this long and begin another; unless given never'
complete -c dpitool -n '__dpitool_in explain' -l conversations -d 'one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: no timeouts, no new flow on a new SYN, all ICMP of two hosts together'
complete -c dpitool -n '__dpitool_in explain' -l ignore-vlan -d 'packets in different VLANs may belong to one flow'
complete -c dpitool -n '__dpitool_in explain' -l tunnels -x -a '(__dpitool_set all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp)' -d 'tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp [all]'
complete -c dpitool -n '__dpitool_in explain' -s r -l rules -r -F -d 'name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)'
complete -c dpitool -n '__dpitool_in explain' -l no-default-rules -d 'do not use the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in explain' -l no-reassembly -d 'detect in packets as they were captured: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too'
complete -c dpitool -n '__dpitool_in explain' -l dns-hints -r -F -d 'begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end'
complete -c dpitool -n '__dpitool_in explain' -l no-guess -d 'do not guess by port or address what the payload does not tell'
complete -c dpitool -n '__dpitool_in explain' -l disable-protocol -x -d 'a protocol or application of nDPI\'s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them'
complete -c dpitool -n '__dpitool_in explain' -l community-id-seed -x -d 'seed of the Community ID [0]'
complete -c dpitool -n '__dpitool_in explain' -l max-input -x -d 'bytes that one compressed capture may inflate to; what is behind is not read [256G]'
complete -c dpitool -n '__dpitool_in explain' -l resync -d 'where a capture is damaged, go on at the next sound packet; each gap is told'
complete -c dpitool -n '__dpitool_in explain' -l max-flows -x -d 'flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows [0]'
complete -c dpitool -n '__dpitool_in explain' -l memory -x -d 'memory for flows; more end the ones idle longest, counted [2G]'
complete -c dpitool -n '__dpitool_in explain' -s j -l jobs -x -d 'processors to use: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same [2]'
complete -c dpitool -n '__dpitool_in explain' -l progress -x -a 'auto always never' -d 'a line on standard error that tells how far the captures are read: auto means on a terminal, and not when standard output goes to another program [auto]'
complete -c dpitool -n '__dpitool_in explain' -l no-contain -d 'detect in the process that reads the captures: a fault of nDPI then ends the program'
complete -c dpitool -n '__dpitool_in explain' -l no-sandbox -d 'let the program open any file and make any system call, whatever is in the captures'
complete -c dpitool -n '__dpitool_in explain' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in explain' -F
complete -c dpitool -n '__dpitool_in unknown' -s o -l output -r -F -d 'also write the profile of each group to a folder of its own in that folder: profile.txt, profile.json'
complete -c dpitool -n '__dpitool_in unknown' -l scaffold -r -F -d 'also write to that folder, for each group with enough structure, a signature, a capture, a dissector for Wireshark and two for nDPI; what is written is tried before, on captures that are read a third time; README.txt says how they did, and why other groups have none'
complete -c dpitool -n '__dpitool_in unknown' -l force -d 'let --output and --scaffold write to folders that are not empty: files of an earlier run in them are replaced; for --scaffold, one with the name of such a file that is not of an earlier run is refused'
complete -c dpitool -n '__dpitool_in unknown' -l no-tshark -d 'do not try dissectors for Wireshark by tshark, which is started when it is installed, in a sandbox'
complete -c dpitool -n '__dpitool_in unknown' -l tshark-groups -x -d 'try dissectors of so many groups at most, the largest ones; those that were not tried say so [40]'
complete -c dpitool -n '__dpitool_in unknown' -l json -d 'write one JSON object a line and group instead of text'
complete -c dpitool -n '__dpitool_in unknown' -l payload-only -d 'group by payload alone: that flows have the same server port does not speak for one protocol'
complete -c dpitool -n '__dpitool_in unknown' -l by-port -d 'a group for each transport and server port, whatever the payload'
complete -c dpitool -n '__dpitool_in unknown' -l unknown-include -x -a 'none guessed' -d 'guessed: take flows for unknown, too, that were only guessed by port or address [none]'
complete -c dpitool -n '__dpitool_in unknown' -l where -x -d 'look at the flows that match instead, known or not, as in \'dst_port == 7001\'; see EXPRESSIONS in dpitool(1)'
complete -c dpitool -n '__dpitool_in unknown' -l group-flows -x -d 'look at so many flows at most, the first ones [20000]'
complete -c dpitool -n '__dpitool_in unknown' -s f -l filter -x -d 'only packets that match, as in tcpdump (pcap-filter(7))'
complete -c dpitool -n '__dpitool_in unknown' -l after -x -d 'only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970'
complete -c dpitool -n '__dpitool_in unknown' -l before -x -d 'only packets earlier than that time'
complete -c dpitool -n '__dpitool_in unknown' -l first -x -d 'stop after so many packets, whatever they are'
complete -c dpitool -n '__dpitool_in unknown' -l home-net -x -d 'a network of one\'s own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction tells outbound, inbound, internal and external by them'
complete -c dpitool -n '__dpitool_in unknown' -l idle-timeout -x -d 'end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer'
complete -c dpitool -n '__dpitool_in unknown' -l active-timeout -x -d 'end the record of a flow after this long and begin another; unless given never'
complete -c dpitool -n '__dpitool_in unknown' -l conversations -d 'one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: no timeouts, no new flow on a new SYN, all ICMP of two hosts together'
complete -c dpitool -n '__dpitool_in unknown' -l ignore-vlan -d 'packets in different VLANs may belong to one flow'
complete -c dpitool -n '__dpitool_in unknown' -l tunnels -x -a '(__dpitool_set all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp)' -d 'tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp [all]'
complete -c dpitool -n '__dpitool_in unknown' -s r -l rules -r -F -d 'name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)'
complete -c dpitool -n '__dpitool_in unknown' -l no-default-rules -d 'do not use the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in unknown' -l no-reassembly -d 'detect in packets as they were captured: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too'
complete -c dpitool -n '__dpitool_in unknown' -l dns-hints -r -F -d 'begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end'
complete -c dpitool -n '__dpitool_in unknown' -l no-guess -d 'do not guess by port or address what the payload does not tell'
complete -c dpitool -n '__dpitool_in unknown' -l disable-protocol -x -d 'a protocol or application of nDPI\'s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them'
complete -c dpitool -n '__dpitool_in unknown' -l community-id-seed -x -d 'seed of the Community ID [0]'
complete -c dpitool -n '__dpitool_in unknown' -l max-input -x -d 'bytes that one compressed capture may inflate to; what is behind is not read [256G]'
complete -c dpitool -n '__dpitool_in unknown' -l resync -d 'where a capture is damaged, go on at the next sound packet; each gap is told'
complete -c dpitool -n '__dpitool_in unknown' -l max-flows -x -d 'flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows [0]'
complete -c dpitool -n '__dpitool_in unknown' -l memory -x -d 'memory for flows; more end the ones idle longest, counted [2G]'
complete -c dpitool -n '__dpitool_in unknown' -s j -l jobs -x -d 'processors to use: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same [2]'
complete -c dpitool -n '__dpitool_in unknown' -l progress -x -a 'auto always never' -d 'a line on standard error that tells how far the captures are read: auto means on a terminal, and not when standard output goes to another program [auto]'
complete -c dpitool -n '__dpitool_in unknown' -l no-contain -d 'detect in the process that reads the captures: a fault of nDPI then ends the program'
complete -c dpitool -n '__dpitool_in unknown' -l no-sandbox -d 'let the program open any file and make any system call, whatever is in the captures'
complete -c dpitool -n '__dpitool_in unknown' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in unknown' -F
complete -c dpitool -n '__dpitool_in rules' -s r -l rules -r -F -d 'test, list: also with this rule file, or the files of this folder that end in .yaml; may be given several times'
complete -c dpitool -n '__dpitool_in rules' -l no-default-rules -d 'test, list: without the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in rules' -l strict -d 'check: warnings are errors, and every application needs a source'
complete -c dpitool -n '__dpitool_in rules' -s o -l output -x -a 'table csv json' -d 'list: how [table]'
complete -c dpitool -n '__dpitool_in rules' -l transport -x -a 'tcp udp sctp' -d 'test: what a port is of [tcp]'
complete -c dpitool -n '__dpitool_in rules' -l protocol -x -d 'test: the protocol of the flow, such as TLS'
complete -c dpitool -n '__dpitool_in rules' -l payload -x -d 'test: ask signatures instead, for a flow that begins with this message; may be given several times, for several messages in order'
complete -c dpitool -n '__dpitool_in rules' -l port -x -d 'test: the server\'s port of the flow with --payload'
complete -c dpitool -n '__dpitool_in rules' -l direction -x -a 'client server both' -d 'test: who sends what --payload gives [client]'
complete -c dpitool -n '__dpitool_in rules' -l id -x -d 'import: the application of hosts that stand alone, in hosts files and lists; unless given imported'
complete -c dpitool -n '__dpitool_in rules' -l category -x -a 'advertising ai analytics business cdn cloud conferencing crypto developer education email finance gaming government health iot messaging music network news payment productivity remote-access resolver search security shopping social storage telemetry travel update video vpn web' -d 'import: the category of applications whose own is not known [web]'
complete -c dpitool -n '__dpitool_in rules' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in rules' -F -a 'check test list import'
complete -c dpitool -n '__dpitool_in diff' -l fields -x -a '(__dpitool_fields)' -d 'compare only these; unless given all but flow_id, capture, interface and first_packet'
complete -c dpitool -n '__dpitool_in diff' -l ignore -x -a '(__dpitool_fields)' -d 'do not compare these; a column that this version does not know, too'
complete -c dpitool -n '__dpitool_in diff' -l tolerance -x -d 'values so near each other are equal: 5% for every count and length of time, or of one field, as in bytes_total=64k, duration=1%, first_seen=1ms; may be given several times'
complete -c dpitool -n '__dpitool_in diff' -l format -x -a 'text json junit' -d 'text for people, json for programs, junit (XML) for CI [text]'
complete -c dpitool -n '__dpitool_in diff' -l csv-raw -d 'CSV was written with --csv-raw: its texts are taken as they are'
complete -c dpitool -n '__dpitool_in diff' -l old-summary -r -F -d 'the summary-json of the run that made OLD, which tells the versions'
complete -c dpitool -n '__dpitool_in diff' -l new-summary -r -F -d 'the same of NEW'
complete -c dpitool -n '__dpitool_in diff' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in diff' -F
complete -c dpitool -n '__dpitool_in test' -l format -x -a 'text tap junit' -d 'text for people, tap (13) or junit (XML) for CI [text]'
complete -c dpitool -n '__dpitool_in test' -s u -l update -d 'write expected results that differ anew, and NAME.expected.json for captures without any expectation; to be used after a look. Assertions are never written'
complete -c dpitool -n '__dpitool_in test' -s f -l filter -x -d 'only packets that match, as in tcpdump (pcap-filter(7))'
complete -c dpitool -n '__dpitool_in test' -l after -x -d 'only packets of that time or later: 2026-11-21T09:11:39.5Z (RFC 3339), 2026-11-21, or seconds since 1970'
complete -c dpitool -n '__dpitool_in test' -l before -x -d 'only packets earlier than that time'
complete -c dpitool -n '__dpitool_in test' -l first -x -d 'stop after so many packets, whatever they are'
complete -c dpitool -n '__dpitool_in test' -l home-net -x -d 'a network of one\'s own, as 10.0.0.0/8 or fd00::/8; may be given several times; the field direction tells outbound, inbound, internal and external by them'
complete -c dpitool -n '__dpitool_in test' -l idle-timeout -x -d 'end a flow after this long without a packet, by packet time; 0: never; unless given 300 for TCP, 120 for UDP, 60 for others, 30 for a SYN without answer'
complete -c dpitool -n '__dpitool_in test' -l active-timeout -x -d 'end the record of a flow after this long and begin another; unless given never'
complete -c dpitool -n '__dpitool_in test' -l conversations -d 'one record for all packets between the same addresses and ports, as ndpiReader and Wireshark count: no timeouts, no new flow on a new SYN, all ICMP of two hosts together'
complete -c dpitool -n '__dpitool_in test' -l ignore-vlan -d 'packets in different VLANs may belong to one flow'
complete -c dpitool -n '__dpitool_in test' -l tunnels -x -a '(__dpitool_set all none ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp)' -d 'tunnels to look into: all, none, or kinds with commas between; what is in others belongs to the flow of the tunnel itself: ip, gre, erspan, pptp, l2tp, etherip, mpls, vxlan, geneve, gtp, teredo, capwap, tzsp [all]'
complete -c dpitool -n '__dpitool_in test' -s r -l rules -r -F -d 'name applications by this rule file, or by the files of this folder that end in .yaml; may be given several times; they go before those shipped, see dpitool-rules(5)'
complete -c dpitool -n '__dpitool_in test' -l no-default-rules -d 'do not use the rules that are shipped with the program'
complete -c dpitool -n '__dpitool_in test' -l no-reassembly -d 'detect in packets as they were captured: neither IP fragments nor TCP segments are put together or in order before, and copies are detected in, too'
complete -c dpitool -n '__dpitool_in test' -l dns-hints -r -F -d 'begin with the DNS answers that an earlier run left in FILE, when it exists, and leave there those that are known at the end'
complete -c dpitool -n '__dpitool_in test' -l no-guess -d 'do not guess by port or address what the payload does not tell'
complete -c dpitool -n '__dpitool_in test' -l disable-protocol -x -d 'a protocol or application of nDPI\'s that is no answer, neither found nor guessed; may be given several times; dpitool protocols lists them'
complete -c dpitool -n '__dpitool_in test' -l community-id-seed -x -d 'seed of the Community ID [0]'
complete -c dpitool -n '__dpitool_in test' -l max-input -x -d 'bytes that one compressed capture may inflate to; what is behind is not read [256G]'
complete -c dpitool -n '__dpitool_in test' -l resync -d 'where a capture is damaged, go on at the next sound packet; each gap is told'
complete -c dpitool -n '__dpitool_in test' -l max-flows -x -d 'flows alive at once; more end the ones idle longest, counted; 0: as many as --memory allows [0]'
complete -c dpitool -n '__dpitool_in test' -l memory -x -d 'memory for flows; more end the ones idle longest, counted [2G]'
complete -c dpitool -n '__dpitool_in test' -s j -l jobs -x -d 'processors to use: 1 does one thing after the other, on one processor as long as that is free; from 2 on reading and decompressing, following flows, the process that detects, and writing work beside each other, which needs no more than 4; with classify --independent so many captures are worked at; what is written is the same [2]'
complete -c dpitool -n '__dpitool_in test' -l progress -x -a 'auto always never' -d 'a line on standard error that tells how far the captures are read: auto means on a terminal, and not when standard output goes to another program [auto]'
complete -c dpitool -n '__dpitool_in test' -l no-contain -d 'detect in the process that reads the captures: a fault of nDPI then ends the program'
complete -c dpitool -n '__dpitool_in test' -l no-sandbox -d 'let the program open any file and make any system call, whatever is in the captures'
complete -c dpitool -n '__dpitool_in test' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in test' -F
complete -c dpitool -n '__dpitool_in protocols' -l json -d 'as JSON'
complete -c dpitool -n '__dpitool_in protocols' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in fields' -l json -d 'as JSON'
complete -c dpitool -n '__dpitool_in fields' -l json-schema -d 'the JSON Schema of what classify -o json writes'
complete -c dpitool -n '__dpitool_in fields' -s h -l help -d 'tell how the command is used, and do nothing else'
complete -c dpitool -n '__dpitool_in version' -s h -l help -d 'tell how the command is used, and do nothing else'
