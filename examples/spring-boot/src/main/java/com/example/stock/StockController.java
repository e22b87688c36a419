package com.example.stock;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What is in stock, in memory. */
@RestController
class StockController {
    private final Map<String, Integer> stock = new ConcurrentSkipListMap<>();
    private final String warehouse;

    StockController(@Value("${warehouse:Hamburg}") String warehouse) {
        this.warehouse = warehouse;
    }

    @GetMapping("/")
    Map<String, Object> all() {
        return Map.of("warehouse", warehouse, "stock", stock);
    }

    @PutMapping("/{article}")
    Map<String, Object> put(@PathVariable String article, @RequestParam int pieces) {
        stock.put(article, pieces);
        return all();
    }
}
