package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiedPagesTest {
    private static final ProxiedPages PAGES = new ProxiedPages("/p", "10.0.0.1:80", "api:6443");

    @ParameterizedTest
    @CsvSource({
        "/, /p/",
        "/a/b?c=d#e, /p/a/b?c=d#e",
        "/p/a, /p/a",
        "http://10.0.0.1:80/a, /p/a",
        "https://api:6443/a, https://api:6443/p/a",
        "//api:6443/a, //api:6443/p/a",
        "a/b, a/b",
        "../a, ../a",
        "?a=b, ?a=b",
        "#top, #top",
        "http://other/a, http://other/a",
        "http://10.0.0.1:81/a, http://10.0.0.1:81/a",
        "mailto:a@b, mailto:a@b",
        "javascript:alert(1), javascript:alert(1)",
        "/a b, /a b",
        "/%zz, /%zz",
    })
    void linksToThePagesOwnServerGoThroughTheProxy(String link, String led) {
        assertThat(PAGES.link(link)).isEqualTo(led);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<a href=\"/rewriteme\">test</a> | <a href=\"/p/rewriteme\">test</a>",
                "<A class=x HREF = '/x?a=1&amp;b=2' >y</A> | <A class=x HREF = '/p/x?a=1&amp;b=2' >y</A>",
                "<img src=/x.png alt=y><br/> | <img src=/p/x.png alt=y><br/>",
                "<a title=\"<a href='/x'>\" href=/y/> | <a title=\"<a href='/x'>\" href=/p/y/>",
                "<div href=\"/x\"> | <div href=\"/x\">",
                "<!-- <a href=\"/x\"> --><a href=\"/y\"> | <!-- <a href=\"/x\"> --><a href=\"/p/y\">",
                "<script src=\"/a.js\">'<a href=\"/x\">'</script><a href=\"/y\"> | <script src=\"/p/a.js\">'<a href=\"/x\">'</script><a href=\"/p/y\">",
                "1 < 2 <a href=\"/y\" | 1 < 2 <a href=\"/p/y\"",
                "<a href=\"/y | <a href=\"/p/y",
                "<a href= | <a href=",
                "<a = /x href> | <a = /x href>",
                "<form action=\"/x\"><button formaction=\"/y\"> | <form action=\"/p/x\"><button formaction=\"/p/y\">",
                "plain | plain",
            })
    void pagesKeepAllButTheirLinks(String page, String changed) {
        byte[] body = Objects.requireNonNull(PAGES.page(page.getBytes(StandardCharsets.UTF_8), null));
        assertThat(new String(body, StandardCharsets.UTF_8)).isEqualTo(changed);
    }

    @Test
    void compressedPagesAreReadToo() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write("<a href=\"/grüße\">ü</a>".getBytes(StandardCharsets.UTF_8));
        }
        byte[] changed = Objects.requireNonNull(PAGES.page(packed.toByteArray(), "gzip"));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(changed))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("<a href=\"/p/gr%C3%BC%C3%9Fe\">ü</a>");
        }
        assertThat(PAGES.page("no gzip".getBytes(StandardCharsets.UTF_8), "gzip"))
                .isNull();
    }

    @Test
    void aBombIsLeftAlone() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(new byte[ProxiedPages.LONGEST + 1]);
        }
        assertThat(PAGES.page(packed.toByteArray(), "gzip")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, , true",
        "text/html; charset=utf-8, gzip, true",
        "text/html, br, false",
        "text/plain, , false",
        ", , false"
    })
    void onlyPagesAreRead(String type, String encoding, boolean readable) {
        assertThat(ProxiedPages.readable(type, encoding)).isEqualTo(readable);
    }
}
