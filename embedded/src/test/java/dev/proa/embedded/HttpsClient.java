package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.pki.CertificateAndKey;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A user who asks an API server by HTTPS. Keep it for as long as it is used: Vert.x closes a client that nobody refers to. */
final class HttpsClient {
    private final HttpClient client;

    /** @param connections how many there may be at once */
    HttpsClient(Vertx vertx, EmbeddedApiServer server, CertificateAndKey user, int connections) {
        HttpClientOptions options = new HttpClientOptions()
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertValue(Buffer.buffer(server.pki().authorityPem())))
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(user.certificatePem()))
                        .addKeyValue(Buffer.buffer(user.keyPem())))
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(server.port());
        client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections));
    }

    /** An answer that was read as a whole. */
    record Answer(int status, MultiMap headers, String body) {
        String header(String name) {
            return String.valueOf(headers.get(name));
        }

        MapValue json() {
            assertThat(body).as("body of %s %s", status, header("Content-Type")).isNotEmpty();
            return Json.decodeMap(body.getBytes(StandardCharsets.UTF_8));
        }
    }

    Answer ask(String method, String path, Map<String, String> headers, @Nullable String body) throws Exception {
        RequestOptions options =
                new RequestOptions().setMethod(HttpMethod.valueOf(method)).setURI(path);
        headers.forEach(options::putHeader);
        return begin(options, body, HttpsClient::whole).get(30, TimeUnit.SECONDS);
    }

    CompletableFuture<Answer> get(String path) {
        return begin(new RequestOptions().setURI(path), null, HttpsClient::whole);
    }

    private static Future<Answer> whole(HttpClientResponse response) {
        return response.body().map(body -> new Answer(response.statusCode(), response.headers(), body.toString()));
    }

    /** Sends a request, and has its answer read before any of its body has come by. */
    <T> CompletableFuture<T> begin(
            RequestOptions options, @Nullable String body, Function<HttpClientResponse, Future<T>> read) {
        return request(options, request -> {
            Future<T> answer = request.response().compose(read);
            if (body == null) {
                request.end();
            } else {
                request.end(body);
            }
            return answer;
        });
    }

    /** Has a request sent, and its answer read. */
    <T> CompletableFuture<T> request(RequestOptions options, Function<HttpClientRequest, Future<T>> send) {
        return client.request(options).compose(send).toCompletionStage().toCompletableFuture();
    }
}
