package dev.proa.control.certificates;

import java.util.List;

/**
 * What a certificate request asks for.
 *
 * @param commonName of the subject; empty for none
 * @param organizations of the subject
 * @param dnsNames alternative names that are DNS names
 * @param addresses alternative names that are IP addresses
 * @param emails alternative names that are e-mail addresses
 * @param uris alternative names that are URIs
 */
public record Requested(
        String commonName,
        List<String> organizations,
        List<String> dnsNames,
        List<String> addresses,
        List<String> emails,
        List<String> uris) {

    public Requested {
        organizations = List.copyOf(organizations);
        dnsNames = List.copyOf(dnsNames);
        addresses = List.copyOf(addresses);
        emails = List.copyOf(emails);
        uris = List.copyOf(uris);
    }
}
