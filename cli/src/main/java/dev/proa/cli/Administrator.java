package dev.proa.cli;

import dev.proa.client.Client;
import dev.proa.client.http.HttpTransport;
import dev.proa.client.http.Kubeconfig;
import java.util.List;

/** How commands reach the API of a cluster: with the administrator's credentials in its directory. */
final class Administrator {
    private Administrator() {}

    /** A client of the cluster that is meant, which has to run; the caller closes it. */
    static Client client(NameOption name) {
        ClusterHome home = name.home();
        home.require();
        return new Client(transport(home));
    }

    /** A transport to the cluster; the caller closes it, or the client made of it. */
    static HttpTransport transport(ClusterHome home) {
        return new HttpTransport(Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name()));
    }
}
