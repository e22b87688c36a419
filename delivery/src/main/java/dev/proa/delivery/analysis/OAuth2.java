package dev.proa.delivery.analysis;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The {@code authentication} of Prometheus and web metrics: tokens by client credentials (RFC 6749, section 4.4), a new one for each measurement. */
final class OAuth2 {
    private OAuth2() {}

    /** The headers with which to ask; empty without authentication. */
    static List<Map.Entry<String, String>> headers(
            MapValue authentication, Duration timeout, boolean insecure, MetricHttp http)
            throws AnalysisException, InterruptedException {
        if (!authentication.map("sigv4").isEmpty()) {
            throw new AnalysisException("authentication.sigv4 is not supported; use headers or oauth2");
        }
        MapValue oauth = authentication.map("oauth2");
        String url = oauth.string("tokenUrl");
        if (url.isEmpty()) {
            return List.of();
        }
        if (oauth.string("clientId").isEmpty() || oauth.string("clientSecret").isEmpty()) {
            throw new AnalysisException("missing mandatory parameter in metric for OAuth2 setup");
        }
        StringBuilder form = new StringBuilder("grant_type=client_credentials");
        List<String> scopes = Views.strings(oauth.list("scopes"));
        if (!scopes.isEmpty()) {
            form.append("&scope=").append(encoded(String.join(" ", scopes)));
        }
        MetricHttp.Answer answer = ask(url, oauth, form.toString(), true, timeout, insecure, http);
        if (answer.code() / 100 == 4) { // servers that take the credentials in the form only
            form.append("&client_id=").append(encoded(oauth.string("clientId")));
            form.append("&client_secret=").append(encoded(oauth.string("clientSecret")));
            answer = ask(url, oauth, form.toString(), false, timeout, insecure, http);
        }
        if (answer.code() / 100 != 2) {
            throw new AnalysisException("oauth2: cannot fetch token: " + url + " answered " + answer.code());
        }
        return List.of(Map.entry("Authorization", "Bearer " + token(url, answer.body())));
    }

    private static MetricHttp.Answer ask(
            String url,
            MapValue oauth,
            String form,
            boolean header,
            Duration timeout,
            boolean insecure,
            MetricHttp http)
            throws AnalysisException, InterruptedException {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        headers.add(Map.entry("Content-Type", "application/x-www-form-urlencoded"));
        if (header) {
            String credentials = encoded(oauth.string("clientId")) + ":" + encoded(oauth.string("clientSecret"));
            headers.add(Map.entry(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8))));
        }
        byte[] body = form.getBytes(StandardCharsets.UTF_8);
        return http.send(new MetricHttp.Call("POST", url, headers, body, timeout, insecure));
    }

    private static String token(String url, byte[] body) throws AnalysisException {
        try {
            String token = Json.decodeMap(body).string("access_token");
            if (!token.isEmpty()) {
                return token;
            }
        } catch (DecodeException e) {
            // told below
        }
        throw new AnalysisException("oauth2: the answer of " + url + " has no access_token");
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
