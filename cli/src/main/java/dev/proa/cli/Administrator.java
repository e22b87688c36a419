package dev.proa.cli;

import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import java.util.List;

/** How commands reach the API of a cluster: with the administrator's credentials in its directory. */
final class Administrator {
    private Administrator() {}

    /** A transport to the cluster; the caller closes it, or the client made of it. */
    static HttpTransport transport(ClusterHome home) {
        return new HttpTransport(Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name()));
    }
}
