(function () {
    "use strict";
    var canvas = document.getElementById("canvas"), svg = canvas.querySelector("svg");
    var search = document.getElementById("search"), none = document.querySelector("p.none");
    var tables = [].slice.call(document.querySelectorAll("g.table"));
    var cards = [].slice.call(document.querySelectorAll(".card"));
    var links = [].slice.call(document.querySelectorAll("g.link"));
    var width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
    var zoom = 1, chosen = null;

    // What a search looks through: names, types, defaults and comments, not the keys of others.
    var texts = cards.map(function (card) {
        return [].map.call(card.querySelectorAll("summary span, p, td"), function (element) {
            return element.textContent.toLowerCase();
        }).join("\n");
    });

    function setZoom(value, x, y) {
        var before = zoom;
        zoom = Math.min(3, Math.max(0.05, value));
        x = x === undefined ? canvas.clientWidth / 2 : x;
        y = y === undefined ? canvas.clientHeight / 2 : y;
        var left = (canvas.scrollLeft + x) * zoom / before - x;
        var top = (canvas.scrollTop + y) * zoom / before - y;
        svg.setAttribute("width", width * zoom);
        svg.setAttribute("height", height * zoom);
        canvas.scrollLeft = left;
        canvas.scrollTop = top;
    }

    function fit() {
        setZoom(Math.min(1, canvas.clientWidth / width, canvas.clientHeight / height));
    }

    function toggle(elements, name, is) {
        elements.forEach(function (element) { element.classList.toggle(name, is(element)); });
    }

    function number(element) { return element.dataset.t; }

    // Fades what is neither found nor chosen nor next to what is chosen.
    function show() {
        var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
        var found = {}, near = {}, count = 0;
        cards.forEach(function (card, i) {
            var hit = words.every(function (word) { return texts[i].indexOf(word) >= 0; });
            found[number(card)] = hit;
            count += hit ? 1 : 0;
        });
        links.forEach(function (link) {
            var from = link.dataset.from, to = link.dataset.to;
            var hot = chosen !== null && (from === chosen || to === chosen);
            link.classList.toggle("hot", hot);
            if (hot) { near[from] = near[to] = true; }
            link.classList.toggle("faded", chosen !== null ? !hot : !(found[from] && found[to]));
        });
        if (chosen !== null) { near[chosen] = true; }
        toggle(tables, "found", function (t) { return words.length > 0 && found[number(t)]; });
        toggle(tables, "chosen", function (t) { return number(t) === chosen; });
        toggle(tables, "faded", function (t) {
            return chosen !== null ? !near[number(t)] : !found[number(t)];
        });
        toggle(cards, "faded", function (c) { return !found[number(c)]; });
        toggle(cards, "chosen", function (c) { return number(c) === chosen; });
        none.style.display = count ? "none" : "block";
    }

    function intoView(table) {
        var box = table.getBoundingClientRect(), at = canvas.getBoundingClientRect();
        if (box.left < at.left || box.right > at.right || box.top < at.top || box.bottom > at.bottom) {
            canvas.scrollLeft += box.left + box.width / 2 - at.left - at.width / 2;
            canvas.scrollTop += box.top + Math.min(box.height, at.height) / 2 - at.top - at.height / 2;
        }
    }

    function choose(which, scroll) {
        chosen = which;
        show();
        if (which === null) { return; }
        var card = document.getElementById("c" + which);
        card.open = true;
        card.scrollIntoView({ block: "nearest" });
        if (scroll) { intoView(document.getElementById("t" + which)); }
    }

    tables.forEach(function (table) {
        table.addEventListener("click", function (event) {
            event.stopPropagation();
            if (!moved) { choose(chosen === number(table) ? null : number(table), false); }
        });
        table.addEventListener("keydown", function (event) {
            if (event.key === "Enter") { choose(number(table), false); }
        });
    });
    cards.forEach(function (card) {
        card.querySelector("summary").addEventListener("click", function (event) {
            event.preventDefault();
            var closing = card.open && chosen === number(card);
            choose(closing ? null : number(card), true);
            card.open = !closing;
        });
    });
    document.querySelector("aside").addEventListener("click", function (event) {
        if (event.target.tagName === "A") {
            event.preventDefault();
            choose(number(event.target), true);
        }
    });
    // What is found comes into view; Enter chooses the first of it.
    function firstFound() {
        return search.value.trim() ? document.querySelector("g.table.found") : null;
    }
    search.addEventListener("input", function () {
        chosen = null;
        show();
        if (firstFound()) { intoView(firstFound()); }
    });
    search.addEventListener("keydown", function (event) {
        if (event.key === "Enter" && firstFound()) { choose(number(firstFound()), true); }
    });
    document.addEventListener("keydown", function (event) {
        if (event.key === "Escape") { search.value = ""; choose(null); }
        if (event.key === "/" && event.target !== search) { event.preventDefault(); search.focus(); }
    });

    // Drag to move, Ctrl and wheel (a pinch on a touchpad) to zoom.
    var from = null, moved = false;
    canvas.addEventListener("pointerdown", function (event) {
        moved = false;
        if (event.pointerType === "mouse" && event.button === 0) {
            from = { x: event.clientX + canvas.scrollLeft, y: event.clientY + canvas.scrollTop };
        }
    });
    window.addEventListener("pointermove", function (event) {
        if (!from) { return; }
        var x = from.x - event.clientX, y = from.y - event.clientY;
        if (!moved && Math.abs(x - canvas.scrollLeft) + Math.abs(y - canvas.scrollTop) < 5) { return; }
        moved = true;
        canvas.classList.add("drag");
        canvas.scrollLeft = x;
        canvas.scrollTop = y;
    });
    window.addEventListener("pointerup", function () { from = null; canvas.classList.remove("drag"); });
    canvas.addEventListener("click", function () { if (!moved) { choose(null); } });
    canvas.addEventListener("wheel", function (event) {
        if (!event.ctrlKey) { return; }
        event.preventDefault();
        var at = canvas.getBoundingClientRect();
        setZoom(zoom * Math.exp(-event.deltaY / 300), event.clientX - at.left, event.clientY - at.top);
    }, { passive: false });

    document.getElementById("in").addEventListener("click", function () { setZoom(zoom * 1.25); });
    document.getElementById("out").addEventListener("click", function () { setZoom(zoom / 1.25); });
    document.getElementById("fit").addEventListener("click", fit);

    // #search=text and #table=name can be linked to.
    function fromHash() {
        var hash = decodeURIComponent(location.hash.slice(1)), cut = hash.indexOf("=");
        var key = hash.slice(0, cut), value = hash.slice(cut + 1);
        if (key === "search") {
            search.value = value;
            search.dispatchEvent(new Event("input"));
        }
        if (key === "table") {
            cards.forEach(function (card) {
                if (card.querySelector("summary span").textContent === value) { choose(number(card), true); }
            });
        }
    }
    window.addEventListener("hashchange", fromHash);
    setZoom(Math.max(0.35, Math.min(1, canvas.clientWidth / width)), 0, 0);
    show();
    fromHash();
}());
