package dev.proa.delivery.analysis;

import dev.proa.api.core.v1.Service;
import dev.proa.client.Client;
import java.net.URI;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the cluster address of a Service in place of its name ({@code prometheus.monitoring}, {@code prometheus.monitoring.svc}, also with
 * the cluster's domain), as the names of a cluster are not known outside of its pods. Only of plain http, as certificates are for names.
 */
final class ServiceAddresses implements UnaryOperator<URI> {
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9-]+)\\.([a-z0-9-]+)(\\.svc(\\.cluster\\.local\\.?)?)?");

    private final Client client;

    ServiceAddresses(Client client) {
        this.client = client;
    }

    @Override
    public URI apply(URI uri) {
        Matcher name = NAME.matcher(uri.getHost());
        if (!"http".equals(uri.getScheme()) || !name.matches()) {
            return uri;
        }
        Service service = client.resource(Service.KIND).in(name.group(2)).find(name.group(1));
        String address = service == null ? "" : service.spec().clusterIP();
        if (address.isEmpty() || address.equals("None")) {
            return uri;
        }
        String host = address.contains(":") ? "[" + address + "]" : address;
        String user = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo() + "@";
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        // From the parts as they were written: decoded, an encoded "&" of a query would separate parameters.
        return URI.create("http://" + user + host + port + uri.getRawPath()
                + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()));
    }
}
