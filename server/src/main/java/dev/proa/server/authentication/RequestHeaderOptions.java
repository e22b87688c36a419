package dev.proa.server.authentication;

import java.util.List;

/**
 * How proxies say for whom they speak, as the flags {@code --requestheader-*} of kube-apiserver.
 *
 * @param allowedNames the common names that their certificates may have; empty for any
 * @param usernameHeaders the first of them that is there names the user
 * @param uidHeaders the first of them that is there has the user's uid
 * @param groupHeaders each value of all of them is a group
 * @param extraHeaderPrefixes what the names of headers with further facts begin with
 */
public record RequestHeaderOptions(
        List<String> allowedNames,
        List<String> usernameHeaders,
        List<String> uidHeaders,
        List<String> groupHeaders,
        List<String> extraHeaderPrefixes) {

    public RequestHeaderOptions {
        allowedNames = List.copyOf(allowedNames);
        usernameHeaders = names(usernameHeaders);
        uidHeaders = names(uidHeaders);
        groupHeaders = names(groupHeaders);
        extraHeaderPrefixes = names(extraHeaderPrefixes);
    }

    private static List<String> names(List<String> headers) {
        return headers.stream()
                .map(header -> {
                    if (header.isBlank()) {
                        throw new IllegalArgumentException("empty header \"" + header + "\"");
                    }
                    return header.strip();
                })
                .toList();
    }

    /** Whether a header is one of those. */
    public boolean isHeader(String name) {
        return usernameHeaders.stream().anyMatch(name::equalsIgnoreCase)
                || uidHeaders.stream().anyMatch(name::equalsIgnoreCase)
                || groupHeaders.stream().anyMatch(name::equalsIgnoreCase)
                || extraHeaderPrefixes.stream()
                        .anyMatch(prefix -> name.regionMatches(true, 0, prefix, 0, prefix.length()));
    }
}
