# Varnish 7 in front of Landfall.
#
#   varnishd -f varnish.vcl -a :80 -s malloc,256m -p http_gzip_support=off
#
# Landfall has compressed its pages better than Varnish would, hence the last parameter. Change the
# backend, the operators, and in `name_segment` who belongs to which segment; the rest can stay.
vcl 4.1;

import std;

backend landfall {
    .host = "127.0.0.1";
    .port = "3000";
}

# Who may throw pages out of this cache.
acl operators {
    "localhost";
}

# Names the visitor's segment, as far as this edge can tell. Visitors it names none for are Landfall's
# to recognise, and their answers are not kept here.
sub name_segment {
    # Crawlers are visitors without signals.
    if (req.http.user-agent ~ "(?i)bot|crawl|spider|slurp") {
        return;
    }
    # Visitors with an id may be inside a page's rollout, which Landfall knows.
    if (req.http.cookie ~ "(^|;\s*)landfall_id=") {
        return;
    }
    if (req.url ~ "[?&]segment=[a-z0-9-]{1,64}(&|$)") {
        set req.http.x-landfall-segment =
            regsub(req.url, "^.*?[?&]segment=([a-z0-9-]{1,64})(&.*)?$", "\1");
    } else if (req.http.cookie ~ "(^|;\s*)user_segment=[a-z0-9-]{1,64}\s*(;|$)") {
        set req.http.x-landfall-segment =
            regsub(req.http.cookie, "^(.*?;\s*)?user_segment=([a-z0-9-]{1,64})\s*(;.*)?$", "\2");
    } else if (req.url ~ "[?&]utm_source=linkedin(&|$)") {
        set req.http.x-landfall-segment = "enterprise";
    }
}

sub vcl_recv {
    # Landfall says in `surrogate-key` what each answer shows. Throws out what shows one of these, for
    # example everything right after a publication:
    #   curl -X BAN -H 'x-ban-key: site' http://localhost/
    if (req.method == "BAN") {
        if (client.ip !~ operators) {
            return (synth(403, "Forbidden"));
        }
        if (req.http.x-ban-key !~ "^[a-z0-9-]+$") {
            return (synth(400, "x-ban-key is missing or malformed"));
        }
        ban("obj.http.surrogate-key ~ (^|\s)" + req.http.x-ban-key + "(\s|$)");
        return (synth(200, "Banned"));
    }

    # This edge names segments, a visitor's own header does not.
    unset req.http.x-landfall-segment;
    unset req.http.x-page;
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url ~ "^/(admin|api|assets|healthz|metrics|pkg)([/?]|$)") {
        return (pass);
    }
    call name_segment;
    if (!req.http.x-landfall-segment) {
        return (pass);
    }

    # With a segment named, the answer depends on the path, the campaign term and the encoding alone.
    # Other parameters make no further copy: "/p?a=1&utm_term=x" is kept as "/p?&utm_term=x".
    set req.http.x-page = regsuball(
        regsub(req.url, "\?", "?&"), "&(?!utm_term=|utm_campaign=)[^&]*", "");
    # Whoever refuses an encoding gets the plain page.
    if (req.http.accept-encoding ~ ";\s*q=0(\.0*)?\s*(,|$)") {
        unset req.http.accept-encoding;
    } else if (req.http.accept-encoding ~ "(?i)(^|[\s,])br([\s,;]|$)") {
        set req.http.accept-encoding = "br";
    } else if (req.http.accept-encoding ~ "(?i)(^|[\s,])gzip([\s,;]|$)") {
        set req.http.accept-encoding = "gzip";
    } else {
        unset req.http.accept-encoding;
    }
    # Cookies stay in the request, for redirects and for a segment that has ceased to exist.
    return (hash);
}

sub vcl_hash {
    hash_data(req.http.x-page);
    # Landfall's `vary` tells segments and encodings apart.
    return (lookup);
}

sub vcl_backend_response {
    if (beresp.http.surrogate-control ~ "s-maxage=[0-9]+") {
        set beresp.ttl = std.duration(
            regsub(beresp.http.surrogate-control, "^.*s-maxage=([0-9]+).*$", "\1s"), 0s);
        # For so long a page that is too old is served once more while a new one is fetched.
        set beresp.grace = std.duration(
            regsub(beresp.http.surrogate-control, "^.*stale-while-revalidate=([0-9]+).*$", "\1s"), 0s);
    } else {
        # Redirects, refusals, what stands in for a page, and what is one visitor's own.
        set beresp.uncacheable = true;
        set beresp.ttl = 120s;
    }
    return (deliver);
}

sub vcl_deliver {
    # What follows was between Landfall and this edge.
    unset resp.http.cdn-cache-control;
    unset resp.http.surrogate-control;
    unset resp.http.surrogate-key;
    if (obj.hits > 0) {
        unset resp.http.server-timing;
        set resp.http.x-edge-cache = "HIT";
    } else {
        set resp.http.x-edge-cache = "MISS";
    }
    return (deliver);
}
