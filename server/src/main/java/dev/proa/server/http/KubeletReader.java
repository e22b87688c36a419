package dev.proa.server.http;

import dev.proa.http.Blocking;
import dev.proa.server.apiserver.ForwardTarget;
import dev.proa.server.webhook.ResponseBody;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads short answers of kubelets for the API server itself. Thread-safe. */
final class KubeletReader {
    private static final Logger LOG = LoggerFactory.getLogger(KubeletReader.class);

    private final Supplier<HttpClient> client;

    /** @param client that kubelets know */
    KubeletReader(Supplier<HttpClient> client) {
        this.client = client;
    }

    /**
     * Reads something of a kubelet. Blocks.
     *
     * @param most so many bytes of an answer are read
     * @param patience for all of it
     * @throws IOException when there is no answer, or another than 200
     */
    byte[] read(ForwardTarget kubelet, int most, Duration patience) throws IOException {
        Future<HttpClientRequest> connected = client.get()
                .request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(kubelet.host())
                        .setPort(kubelet.port())
                        .setSsl(true)
                        .setURI(kubelet.uri()));
        try {
            return Blocking.await(connected.compose(request -> ask(request, kubelet.node(), most)), patience)
                    .getBytes();
        } catch (CompletionException e) {
            // Also one that comes too late, which would keep its place in the pool.
            connected.onSuccess(HttpClientRequest::reset);
            throw new IOException(
                    Forwarder.unreachable(kubelet.host() + ":" + kubelet.port(), e)
                            .getMessage(),
                    e);
        }
    }

    private static Future<Buffer> ask(HttpClientRequest request, String node, int most) {
        Forwarder.checkNode(request, node);
        // Failures arrive with the futures; this is for those after them, when nobody waits any more.
        request.exceptionHandler(cause -> LOG.debug("The connection for {} broke", request.getURI(), cause));
        Future<Buffer> answer = request.response()
                .compose(response -> response.statusCode() == 200
                        ? ResponseBody.read(response, most)
                        : Future.failedFuture("the kubelet answers with " + response.statusCode()));
        request.end();
        return answer;
    }
}
