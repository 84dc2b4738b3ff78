# SPDX-License-Identifier: BSD-2-Clause
# dpitool.bash - completion for bash 4.3 or later. Made from the program's tables; to change it, see man/shells.c.

_dpitool_commands='
    classify
    extract
    follow
    explain
    unknown
    rules
    diff
    test
    protocols
    fields
    version
'
_dpitool_writers='
    table
    csv
    json
    summary
    summary-json
    unknown
'
_dpitool_fields='
    type
    flow_id
    community_id
    capture
    interface
    first_packet
    first_seen
    last_seen
    duration
    transport
    src_ip
    src_port
    dst_ip
    dst_port
    src_name
    dst_name
    src_mac
    dst_mac
    direction
    icmp_type
    icmp_code
    vlan
    mpls
    tunnel
    tunnel_id
    protocol
    application
    category
    ndpi_label
    confidence
    classified_by
    application_by
    rule
    packets_src
    packets_dst
    packets_total
    bytes_src
    bytes_dst
    bytes_total
    frame_bytes_src
    frame_bytes_dst
    frame_bytes_total
    payload_src
    payload_dst
    payload_total
    tcp_flags_src
    tcp_flags_dst
    tcp_state
    retransmits
    out_of_order
    gap_bytes
    duplicates
    ttl_src
    ttl_dst
    end_reason
    flags
    hostname
    names
    dns_hint
    hint_packet
    tls_version
    tls_supported_versions
    tls_alpn
    tls_cipher
    tls_cipher_strength
    tls_server_names
    tls_issuer
    tls_subject
    tls_not_before
    tls_not_after
    tls_cert_sha1
    tls_esni
    tls_ech
    tls_browser
    ja3
    ja3s
    ja4
    quic_version
    http_method
    http_url
    http_status
    http_user_agent
    http_content_type
    http_request_content_type
    http_server
    http_detected_os
    http_nat_ip
    dns_queries
    dns_answers
    dns_reply_code
    dns_query_type
    dns_response_type
    dns_address
    dns_cname
    ssh_client
    ssh_server
    hassh
    hassh_server
    dhcp_fingerprint
    dhcp_class
    bittorrent_hash
    user
    login_failed
    kerberos_host
    kerberos_domain
    ntp_version
    ntp_request_code
    risks
    risk_score
'

# Sets words to what stands before the cursor. Bash splits at : and = as well, which belong to words here.
_dpitool_split() {
    local i rest line=${COMP_LINE:0:COMP_POINT}
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        [[ $i -gt 0 && $rest && $rest == "$line" ]] || words+=('')
        if ((i == COMP_CWORD)); then
            words[-1]+=$rest
        else
            words[-1]+=${COMP_WORDS[i]}
            line=${rest#"${COMP_WORDS[i]}"}
        fi
    done
}

# PREFIX VALUE WORD...: offers the words that begin with VALUE. PREFIX stands before it in what is typed.
_dpitool_offer() {
    local prefix=$1 typed=$1$2 word kept
    shift 2
    kept=${typed%"${typed##*["$COMP_WORDBREAKS"]}"} # readline replaces only what is behind
    for word; do
        word=$prefix$word
        [[ $word == "$typed"* ]] && COMPREPLY+=("${word#"$kept"}")
    done
}

# These take PREFIX VALUE and what there is to choose from.
_dpitool_nothing() { :; }
_dpitool_words() { _dpitool_offer "$@"; }
_dpitool_files() { compopt -o default -o bashdefault 2>/dev/null; }
_dpitool_field() { _dpitool_offer "$@" $_dpitool_fields; }
_dpitool_fields() {
    compopt -o nospace 2>/dev/null
    local list=${2%"${2##*,}"}
    _dpitool_offer "$1$list" "${2#"$list"}" $_dpitool_fields
}
_dpitool_set() { # words with commas between
    local prefix=$1 value=$2 list=${2%"${2##*,}"}
    shift 2
    _dpitool_offer "$prefix$list" "${value#"$list"}" "$@"
}
_dpitool_output() {
    if [[ $2 == *:* ]]; then
        _dpitool_files
    else
        compopt -o nospace 2>/dev/null
        _dpitool_offer "$@" $_dpitool_writers
    fi
}

_dpitool_options() { # COMMAND
    case $1 in
    '') echo -V --version -h --help ;;
    classify) echo -o --output --fields --csv-delimiter --csv-bom --csv-raw --where --top --sort --all --unknown-packets --unknown-include --unknown-spool --crash-dir --force --independent --rule-stats --stats --width --color -f --filter --after --before --first --home-net --idle-timeout --active-timeout --conversations --ignore-vlan --tunnels -r --rules --no-default-rules --no-reassembly --dns-hints --no-guess --disable-protocol --community-id-seed --max-input --resync --max-flows --memory -j --jobs --progress --no-contain --no-sandbox -h --help ;;
    extract) echo -w --write --split --where --flow --all --format -f --filter --after --before --first --home-net --idle-timeout --active-timeout --conversations --ignore-vlan --tunnels -r --rules --no-default-rules --no-reassembly --dns-hints --no-guess --disable-protocol --community-id-seed --max-input --resync --max-flows --memory -j --jobs --progress --no-contain --no-sandbox -h --help ;;
    follow) echo --flow --direction --as -w --write -f --filter --after --before --first --home-net --idle-timeout --active-timeout --conversations --ignore-vlan --tunnels -r --rules --no-default-rules --no-reassembly --dns-hints --no-guess --disable-protocol --community-id-seed --max-input --resync --max-flows --memory -j --jobs --progress --no-contain --no-sandbox -h --help ;;
    explain) echo --flow --json -f --filter --after --before --first --home-net --idle-timeout --active-timeout --conversations --ignore-vlan --tunnels -r --rules --no-default-rules --no-reassembly --dns-hints --no-guess --disable-protocol --community-id-seed --max-input --resync --max-flows --memory -j --jobs --progress --no-contain --no-sandbox -h --help ;;
    unknown) echo -o --output --scaffold --force --no-tshark --tshark-groups --json --payload-only --by-port --unknown-include --where --group-flows -f --filter --after --before --first --home-net --idle-timeout --active-timeout --conversations --ignore-vlan --tunnels -r --rules --no-default-rules --no-reassembly --dns-hints --no-guess --disable-protocol --community-id-seed --max-input --resync --max-flows --memory -j --jobs --progress --no-contain --no-sandbox -h --help ;;
    rules) echo -r --rules --no-default-rules --strict -o --output --transport --protocol --payload --port --direction --id --category -h --help ;;
    diff) echo --fields --ignore --tolerance --format --csv-raw --old-summary --new-summary -h --help ;;
    test) echo --format -u --update -f --filter --after --before --first --home-net --idle-timeout --active-timeout --conversations --ignore-vlan --tunnels -r --rules --no-default-rules --no-reassembly --dns-hints --no-guess --disable-protocol --community-id-seed --max-input --resync --max-flows --memory -j --jobs --progress --no-contain --no-sandbox -h --help ;;
    protocols) echo --json -h --help ;;
    fields) echo --json --json-schema -h --help ;;
    version) echo -h --help ;;
    esac
}

# COMMAND OPTION PREFIX VALUE: completes the value of an option; fails when it takes none.
_dpitool_value() {
    local option="$1 $2"
    shift 2
    case $option in
    'classify --output' | 'classify -o') _dpitool_output "$@" ;;
    'classify --fields') _dpitool_fields "$@" ;;
    'classify --csv-delimiter') _dpitool_nothing "$@" ;;
    'classify --where') _dpitool_nothing "$@" ;;
    'classify --top') _dpitool_nothing "$@" ;;
    'classify --sort') _dpitool_field "$@" ;;
    'classify --unknown-packets') _dpitool_nothing "$@" ;;
    'classify --unknown-include') _dpitool_words "$@" unknown guessed ;;
    'classify --unknown-spool') _dpitool_nothing "$@" ;;
    'classify --crash-dir') _dpitool_files "$@" ;;
    'classify --width') _dpitool_nothing "$@" ;;
    'classify --color') _dpitool_words "$@" auto always never ;;
    'classify --filter' | 'classify -f') _dpitool_nothing "$@" ;;
    'classify --after') _dpitool_nothing "$@" ;;
    'classify --before') _dpitool_nothing "$@" ;;
    'classify --first') _dpitool_nothing "$@" ;;
    'classify --home-net') _dpitool_nothing "$@" ;;
    'classify --idle-timeout') _dpitool_nothing "$@" ;;
    'classify --active-timeout') _dpitool_nothing "$@" ;;
    'classify --tunnels') _dpitool_set "$@" ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp ;;
    'classify --rules' | 'classify -r') _dpitool_files "$@" ;;
    'classify --dns-hints') _dpitool_files "$@" ;;
    'classify --disable-protocol') _dpitool_nothing "$@" ;;
    'classify --community-id-seed') _dpitool_nothing "$@" ;;
    'classify --max-input') _dpitool_nothing "$@" ;;
    'classify --max-flows') _dpitool_nothing "$@" ;;
    'classify --memory') _dpitool_nothing "$@" ;;
    'classify --jobs' | 'classify -j') _dpitool_nothing "$@" ;;
    'classify --progress') _dpitool_words "$@" auto always never ;;
    'extract --write' | 'extract -w') _dpitool_files "$@" ;;
    'extract --split') _dpitool_files "$@" ;;
    'extract --where') _dpitool_nothing "$@" ;;
    'extract --flow') _dpitool_nothing "$@" ;;
    'extract --format') _dpitool_words "$@" auto pcap pcapng ;;
    'extract --filter' | 'extract -f') _dpitool_nothing "$@" ;;
    'extract --after') _dpitool_nothing "$@" ;;
    'extract --before') _dpitool_nothing "$@" ;;
    'extract --first') _dpitool_nothing "$@" ;;
    'extract --home-net') _dpitool_nothing "$@" ;;
    'extract --idle-timeout') _dpitool_nothing "$@" ;;
    'extract --active-timeout') _dpitool_nothing "$@" ;;
    'extract --tunnels') _dpitool_set "$@" ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp ;;
    'extract --rules' | 'extract -r') _dpitool_files "$@" ;;
    'extract --dns-hints') _dpitool_files "$@" ;;
    'extract --disable-protocol') _dpitool_nothing "$@" ;;
    'extract --community-id-seed') _dpitool_nothing "$@" ;;
    'extract --max-input') _dpitool_nothing "$@" ;;
    'extract --max-flows') _dpitool_nothing "$@" ;;
    'extract --memory') _dpitool_nothing "$@" ;;
    'extract --jobs' | 'extract -j') _dpitool_nothing "$@" ;;
    'extract --progress') _dpitool_words "$@" auto always never ;;
    'follow --flow') _dpitool_nothing "$@" ;;
    'follow --direction') _dpitool_words "$@" both client server ;;
    'follow --as') _dpitool_words "$@" auto ascii hex raw yaml ;;
    'follow --write' | 'follow -w') _dpitool_files "$@" ;;
    'follow --filter' | 'follow -f') _dpitool_nothing "$@" ;;
    'follow --after') _dpitool_nothing "$@" ;;
    'follow --before') _dpitool_nothing "$@" ;;
    'follow --first') _dpitool_nothing "$@" ;;
    'follow --home-net') _dpitool_nothing "$@" ;;
    'follow --idle-timeout') _dpitool_nothing "$@" ;;
    'follow --active-timeout') _dpitool_nothing "$@" ;;
    'follow --tunnels') _dpitool_set "$@" ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp ;;
    'follow --rules' | 'follow -r') _dpitool_files "$@" ;;
    'follow --dns-hints') _dpitool_files "$@" ;;
    'follow --disable-protocol') _dpitool_nothing "$@" ;;
    'follow --community-id-seed') _dpitool_nothing "$@" ;;
    'follow --max-input') _dpitool_nothing "$@" ;;
    'follow --max-flows') _dpitool_nothing "$@" ;;
    'follow --memory') _dpitool_nothing "$@" ;;
    'follow --jobs' | 'follow -j') _dpitool_nothing "$@" ;;
    'follow --progress') _dpitool_words "$@" auto always never ;;
    'explain --flow') _dpitool_nothing "$@" ;;
    'explain --filter' | 'explain -f') _dpitool_nothing "$@" ;;
    'explain --after') _dpitool_nothing "$@" ;;
    'explain --before') _dpitool_nothing "$@" ;;
    'explain --first') _dpitool_nothing "$@" ;;
    'explain --home-net') _dpitool_nothing "$@" ;;
    'explain --idle-timeout') _dpitool_nothing "$@" ;;
    'explain --active-timeout') _dpitool_nothing "$@" ;;
    'explain --tunnels') _dpitool_set "$@" ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp ;;
    'explain --rules' | 'explain -r') _dpitool_files "$@" ;;
    'explain --dns-hints') _dpitool_files "$@" ;;
    'explain --disable-protocol') _dpitool_nothing "$@" ;;
    'explain --community-id-seed') _dpitool_nothing "$@" ;;
    'explain --max-input') _dpitool_nothing "$@" ;;
    'explain --max-flows') _dpitool_nothing "$@" ;;
    'explain --memory') _dpitool_nothing "$@" ;;
    'explain --jobs' | 'explain -j') _dpitool_nothing "$@" ;;
    'explain --progress') _dpitool_words "$@" auto always never ;;
    'unknown --output' | 'unknown -o') _dpitool_files "$@" ;;
    'unknown --scaffold') _dpitool_files "$@" ;;
    'unknown --tshark-groups') _dpitool_nothing "$@" ;;
    'unknown --unknown-include') _dpitool_words "$@" none guessed ;;
    'unknown --where') _dpitool_nothing "$@" ;;
    'unknown --group-flows') _dpitool_nothing "$@" ;;
    'unknown --filter' | 'unknown -f') _dpitool_nothing "$@" ;;
    'unknown --after') _dpitool_nothing "$@" ;;
    'unknown --before') _dpitool_nothing "$@" ;;
    'unknown --first') _dpitool_nothing "$@" ;;
    'unknown --home-net') _dpitool_nothing "$@" ;;
    'unknown --idle-timeout') _dpitool_nothing "$@" ;;
    'unknown --active-timeout') _dpitool_nothing "$@" ;;
    'unknown --tunnels') _dpitool_set "$@" ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp ;;
    'unknown --rules' | 'unknown -r') _dpitool_files "$@" ;;
    'unknown --dns-hints') _dpitool_files "$@" ;;
    'unknown --disable-protocol') _dpitool_nothing "$@" ;;
    'unknown --community-id-seed') _dpitool_nothing "$@" ;;
    'unknown --max-input') _dpitool_nothing "$@" ;;
    'unknown --max-flows') _dpitool_nothing "$@" ;;
    'unknown --memory') _dpitool_nothing "$@" ;;
    'unknown --jobs' | 'unknown -j') _dpitool_nothing "$@" ;;
    'unknown --progress') _dpitool_words "$@" auto always never ;;
    'rules --rules' | 'rules -r') _dpitool_files "$@" ;;
    'rules --output' | 'rules -o') _dpitool_words "$@" table csv json ;;
    'rules --transport') _dpitool_words "$@" tcp udp sctp ;;
    'rules --protocol') _dpitool_nothing "$@" ;;
    'rules --payload') _dpitool_nothing "$@" ;;
    'rules --port') _dpitool_nothing "$@" ;;
    'rules --direction') _dpitool_words "$@" client server both ;;
    'rules --id') _dpitool_nothing "$@" ;;
    'rules --category') _dpitool_words "$@" advertising ai analytics business cdn cloud conferencing crypto developer education email finance gaming government health iot messaging music network news payment productivity remote-access resolver search security shopping social storage telemetry travel update video vpn web ;;
    'diff --fields') _dpitool_fields "$@" ;;
    'diff --ignore') _dpitool_fields "$@" ;;
    'diff --tolerance') _dpitool_nothing "$@" ;;
    'diff --format') _dpitool_words "$@" text json junit ;;
    'diff --old-summary') _dpitool_files "$@" ;;
    'diff --new-summary') _dpitool_files "$@" ;;
    'test --format') _dpitool_words "$@" text tap junit ;;
    'test --filter' | 'test -f') _dpitool_nothing "$@" ;;
    'test --after') _dpitool_nothing "$@" ;;
    'test --before') _dpitool_nothing "$@" ;;
    'test --first') _dpitool_nothing "$@" ;;
    'test --home-net') _dpitool_nothing "$@" ;;
    'test --idle-timeout') _dpitool_nothing "$@" ;;
    'test --active-timeout') _dpitool_nothing "$@" ;;
    'test --tunnels') _dpitool_set "$@" ip gre erspan pptp l2tp etherip mpls vxlan geneve gtp teredo capwap tzsp ;;
    'test --rules' | 'test -r') _dpitool_files "$@" ;;
    'test --dns-hints') _dpitool_files "$@" ;;
    'test --disable-protocol') _dpitool_nothing "$@" ;;
    'test --community-id-seed') _dpitool_nothing "$@" ;;
    'test --max-input') _dpitool_nothing "$@" ;;
    'test --max-flows') _dpitool_nothing "$@" ;;
    'test --memory') _dpitool_nothing "$@" ;;
    'test --jobs' | 'test -j') _dpitool_nothing "$@" ;;
    'test --progress') _dpitool_words "$@" auto always never ;;
    *) return 1 ;;
    esac
}

_dpitool_word() { # COMMAND
    case $1 in
    rules) ((${#words[@]} == 3)) && _dpitool_offer '' "$word" check test list import || _dpitool_files ;;
    classify | extract | follow | explain | unknown | diff | test) _dpitool_files ;;
    esac
}

_dpitool() {
    local IFS=$' \t\n' words word command
    COMPREPLY=()
    _dpitool_split
    command=${words[1]} word=${words[-1]}
    if [[ ${#words[@]} -eq 2 || ${#words[@]} -eq 3 && $command == help ]]; then
        _dpitool_offer '' "$word" $_dpitool_commands
        [[ $word == -* ]] && _dpitool_offer '' "$word" $(_dpitool_options '')
    elif [[ " ${words[*]:2:${#words[@]}-3} " == *' -- '* ]]; then
        _dpitool_word "$command"
    elif [[ $word == --*=* ]]; then
        _dpitool_value "$command" "${word%%=*}" "${word%%=*}=" "${word#*=}"
    elif _dpitool_value "$command" "${words[-2]}" '' "$word"; then
        :
    elif [[ $word == -?* ]]; then
        _dpitool_offer '' "$word" $(_dpitool_options "$command")
    else
        _dpitool_word "$command"
    fi
}

complete -F _dpitool dpitool
