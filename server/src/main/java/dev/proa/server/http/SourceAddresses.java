package dev.proa.server.http;

import dev.proa.server.validation.Addresses;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a request comes from, for the audit log: what proxies say, which anybody can write, and last the address of the connection. */
final class SourceAddresses {
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final String REAL_IP = "X-Real-Ip";

    private SourceAddresses() {}

    /** @param remote the address of the connection; null when it is not known */
    static List<String> of(MultiMap headers, @Nullable String remote) {
        String forwarded = headers.get(FORWARDED_FOR);
        String real = headers.get(REAL_IP);
        if (forwarded == null && real == null) {
            return remote == null ? List.of() : List.of(remote);
        }
        List<String> sources = new ArrayList<>();
        if (forwarded != null) {
            for (String part : forwarded.split(",")) {
                String address = Addresses.normalized(part.strip());
                if (address != null) {
                    sources.add(address);
                }
            }
        }
        String address = real == null ? null : Addresses.normalized(real);
        if (address != null && !sources.contains(address)) {
            sources.add(address);
        }
        if (remote != null && (sources.isEmpty() || !sources.getLast().equals(remote))) {
            sources.add(remote);
        }
        return sources;
    }
}
