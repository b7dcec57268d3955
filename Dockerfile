# The program in an image of its own:
#   docker build -t moonshift .
#   docker run --rm -v "$PWD:/app" -u "$(id -u)" -e DATABASE_URL=... moonshift upgrade head
# A project's image that migrates by itself: `moonshift init -t docker`.
FROM debian:12 AS build
WORKDIR /src
COPY scripts/install-deps scripts/install-deps
RUN scripts/install-deps --build
COPY CMakeLists.txt LICENSE ./
COPY cmake cmake
COPY src src
COPY lua lua
RUN cmake -G Ninja -S . -B build -DSTATIC=ON -DCMAKE_BUILD_TYPE=Release \
    && ninja -C build moonshift \
    && DESTDIR=/out cmake --install build --prefix /usr --strip --component program

FROM debian:12-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive \
       apt-get install -q -y --no-install-recommends libpq5 libcjson1 ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out /
WORKDIR /app
ENTRYPOINT ["moonshift"]
CMD ["--help"]
